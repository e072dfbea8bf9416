// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/ensemble.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "models/calibrate.hpp"
#include "models/combine.hpp"
#include "models/read_models.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "EnsembleModel";
constexpr std::size_t most_rows = 64;         // that are scored into the stack at a time
constexpr std::size_t opinions = 1024;        // there: rows times members
constexpr std::size_t stack_features = 1024;  // beyond them an attribution asks for memory

void check(const std::vector<AnyModel>& members) {
    if (members.empty() || members.size() > EnsembleModel::max_members)
        fail(where, "number of members", static_cast<double>(members.size()), "in [1, 64]");
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::string name = "member " + std::to_string(i);
        if (members[i].calibration().count() == 0)
            fail(where, name, "not calibrated", "a model that was fitted to rows");
        if (members[i].dimension() != members[0].dimension())
            fail(where, "dimension of " + name, static_cast<double>(members[i].dimension()),
                 "that of member 0");
    }
}

double surprise_of(const AnyModel& member, Score score) noexcept {
    return member.calibration().surprise(score.value);
}

/// Adds a member's shares, scaled to sum to `part`.
void add_shares(const AnyModel& member, const Row& row, double part, std::span<double> scratch,
                std::span<double> shares) noexcept {
    const Score score = member.attribute(row, scratch);
    if (score.value <= 0) return;
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] += scratch[i] / score.value * part;
}

}  // namespace

EnsembleModel::EnsembleModel(std::vector<AnyModel> members, Combination combination,
                             ScoreCalibration calibration)
    : members_{std::move(members)}, combination_{combination}, calibration_{std::move(calibration)} {
    check(members_);
}

EnsembleModel::EnsembleModel(std::vector<AnyModel> members, Combination combination, MatrixView rows,
                             const Executor& executor)
    : EnsembleModel{std::move(members), combination, ScoreCalibration{}} {
    detail::check_training_rows(where, rows);
    if (rows.cols() != dimension())
        fail(where, "dimension of the rows", static_cast<double>(rows.cols()), "that of the members");
    calibration_ = detail::calibration_of(*this, rows, executor);
}

std::size_t detail::members_that_count(Combination combination, std::size_t members) noexcept {
    if (combination == Combination::maximum) return 1;
    return combination == Combination::average ? members : (members + 1) / 2;
}

double detail::combined(Combination combination, std::span<double> surprise) noexcept {
    const std::size_t counted = members_that_count(combination, surprise.size());
    if (counted < surprise.size())
        std::partial_sort(surprise.begin(), surprise.begin() + static_cast<std::ptrdiff_t>(counted),
                          surprise.end(), std::greater<>{});
    double sum = 0;
    for (const double value : surprise.first(counted)) sum += value;
    return sum / static_cast<double>(counted);
}

Score EnsembleModel::score(const Row& row) const noexcept {
    double surprise[max_members];
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const Score score = members_[m].score(row);
        if (score.status != Status::ok) return {0, Status::bad_input};
        surprise[m] = surprise_of(members_[m], score);
    }
    return {detail::combined(combination_, {surprise, members_.size()}), Status::ok};
}

void EnsembleModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    const std::size_t block = std::min(most_rows, opinions / members_.size());
    Score scores[most_rows];
    double surprise[opinions];  // [row][member]
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t size = std::min(block, count - first);
        const auto these = out.subspan(first, size);
        std::fill(these.begin(), these.end(), Score{});
        for (std::size_t m = 0; m < members_.size(); ++m) {
            members_[m].score_batch(detail::rows_of(rows, first, size), {scores, size});
            for (std::size_t i = 0; i < size; ++i) {
                if (scores[i].status != Status::ok) these[i].status = Status::bad_input;
                surprise[i * members_.size() + m] = surprise_of(members_[m], scores[i]);
            }
        }
        for (std::size_t i = 0; i < size; ++i)
            if (these[i].status == Status::ok)
                these[i].value =
                    detail::combined(combination_, {surprise + i * members_.size(), members_.size()});
    }
}

Score EnsembleModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (whole.status != Status::ok || shares.size() != row.size()) return {0, Status::bad_input};
    double stack[stack_features];
    std::unique_ptr<double[]> heap;
    if (shares.size() > stack_features) heap.reset(new (std::nothrow) double[shares.size()]);
    if (shares.size() > stack_features && heap == nullptr) return {0, Status::bad_input};
    const std::span<double> scratch{heap != nullptr ? heap.get() : stack, shares.size()};
    double surprise[max_members], left[max_members];
    for (std::size_t m = 0; m < members_.size(); ++m)
        left[m] = surprise[m] = surprise_of(members_[m], members_[m].score(row));
    const std::size_t counted = detail::members_that_count(combination_, members_.size());
    for (std::size_t taken = 0; taken < counted; ++taken) {
        const auto m = static_cast<std::size_t>(std::max_element(left, left + members_.size()) - left);
        add_shares(members_[m], row, surprise[m] / static_cast<double>(counted), scratch, shares);
        left[m] = -1;
    }
    return whole;
}

void EnsembleModel::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(combination_));
    writer.u64(members_.size());
    for (const AnyModel& member : members_) member.write(writer);
    write_object(writer, calibration_);
}

EnsembleModel EnsembleModel::read(ByteReader& reader, std::uint16_t) {
    const auto combination = static_cast<Combination>(reader.choice(2));
    const std::size_t count = reader.length(6);
    if (count > max_members) fail_format(where, "number of members");
    std::vector<AnyModel> members;
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) members.push_back(detail::read_simple_or_scaled(reader));
    auto calibration = read_object<ScoreCalibration>(reader);
    try {
        return {std::move(members), combination, std::move(calibration)};
    } catch (const std::invalid_argument& error) {
        fail_format(where, error.what());
    }
}

}  // namespace sonde
