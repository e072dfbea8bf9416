// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/score_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "ScoreCalibration";
constexpr std::size_t kept = 512, highest_kept = 128;
constexpr double largest_surprise = 1e18;

/// Which of so many different scores are kept: the gaps shrink evenly up to the highest ones.
std::vector<std::size_t> chosen_of(std::size_t different) {
    const std::size_t spread = different > kept ? kept - highest_kept : 0;
    const std::size_t dense = different > kept ? different - highest_kept : 0;
    std::vector<std::size_t> chosen(spread + different - dense);
    std::iota(chosen.begin() + static_cast<std::ptrdiff_t>(spread), chosen.end(), dense);
    for (std::size_t i = spread; i-- > 0;) {
        const double above = 1 - static_cast<double>(i) / static_cast<double>(spread);
        const auto even = static_cast<std::size_t>(static_cast<double>(dense) * (1 - above * above));
        chosen[i] = std::min(even, chosen[i + 1] - 1);
    }
    return chosen;
}

}  // namespace

ScoreCalibration::ScoreCalibration(std::span<const double> scores)
    : count_{scores.size()}, scores_(scores.begin(), scores.end()) {
    if (scores.empty()) fail(where, "number of scores", 0, "at least 1");
    for (const double score : scores)
        if (!is_finite(score) || score < 0) fail(where, "score", score, "finite and at least 0");
    std::sort(scores_.begin(), scores_.end());
    const std::vector<double> all = scores_;
    scores_.erase(std::unique(scores_.begin(), scores_.end()), scores_.end());
    const auto chosen = chosen_of(scores_.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const double score = scores_[i] = scores_[chosen[i]];
        const auto [first, last] = std::equal_range(all.begin(), all.end(), score);
        below_.push_back(static_cast<std::uint64_t>(first - all.begin()));
        up_to_.push_back(static_cast<std::uint64_t>(last - all.begin()));
    }
    scores_.resize(chosen.size());
    set_excess();
}

/// Of an exponential tail it is the mean excess over any bound: here from the median to the mean of the
/// higher half, of which the kept scores give steps.
void ScoreCalibration::set_excess() noexcept {
    double sum = 0, weights = 0, median = scores_.back();
    for (std::size_t i = scores_.size(); i-- > 0;) {
        if (2 * up_to_[i] < count_) break;
        median = scores_[i];
    }
    for (std::size_t i = 0; i < scores_.size(); ++i) {
        const auto before = static_cast<double>(i == 0 ? 0 : up_to_[i - 1]);
        const double weight = static_cast<double>(up_to_[i]) - before;
        if (scores_[i] <= median) continue;
        sum += weight * (scores_[i] - median);
        weights += weight;
    }
    excess_ = std::max(weights > 0 ? sum / weights : 0, floor);
}

double ScoreCalibration::threshold(double share) const {
    if (!is_finite(share) || share <= 0 || share >= 1) fail(where, "share", share, "in (0, 1)");
    if (count_ == 0)
        fail(where, "number of scores", 0, "at least 1: the scorer was not fitted, so give a threshold");
    const double allowed = share * static_cast<double>(count_);
    std::size_t i = 0;
    while (i + 1 < scores_.size() && static_cast<double>(count_ - up_to_[i]) > allowed) ++i;
    return std::max(scores_[i], floor);
}

double ScoreCalibration::surprise(double score) const noexcept {
    if (count_ == 0 || score <= scores_.front()) return 0;
    const double all = static_cast<double>(count_) + 1;
    const auto at = [&](std::size_t i) { return std::log(all / (all - static_cast<double>(below_[i]))); };
    const std::size_t above =
        static_cast<std::size_t>(std::upper_bound(scores_.begin(), scores_.end(), score) - scores_.begin());
    const double low = scores_[above - 1], from = at(above - 1);
    if (above == scores_.size()) return std::min(from + (score - low) / excess_, largest_surprise);
    return from + (at(above) - from) * ((score - low) / (scores_[above] - low));
}

double ScoreCalibration::tail(double score) const noexcept {
    return std::exp(-std::min(surprise(score), 700.0));
}

void ScoreCalibration::write(ByteWriter& writer) const {
    writer.u64(count_);
    writer.f64s(scores_);
    writer.u64s(below_);
    writer.u64s(up_to_);
}

bool ScoreCalibration::plausible() const noexcept {
    const std::size_t n = scores_.size();
    constexpr std::uint64_t exact = std::uint64_t{1} << 53;  // counts are compared as doubles
    if (count_ > exact || n > kept || below_.size() != n || up_to_.size() != n || (n == 0) != (count_ == 0))
        return false;
    if (n == 0) return true;
    if (below_.front() != 0 || up_to_.back() != count_) return false;
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_finite(scores_[i]) || scores_[i] < 0 || below_[i] >= up_to_[i]) return false;
        if (i > 0 && (scores_[i] <= scores_[i - 1] || below_[i] < up_to_[i - 1])) return false;
    }
    return true;
}

ScoreCalibration ScoreCalibration::read(ByteReader& reader, std::uint16_t) {
    ScoreCalibration calibration;
    calibration.count_ = reader.u64();
    calibration.scores_ = reader.f64s();
    calibration.below_ = reader.u64s();
    calibration.up_to_ = reader.u64s();
    if (!calibration.plausible()) fail_format(where, "counts that are not those of scores");
    if (calibration.count_ > 0) calibration.set_excess();
    return calibration;
}

}  // namespace sonde
