// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/hbos.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "HbosModel";
constexpr double empty = 0.5;  // rows that an empty bin is taken for
constexpr std::uint64_t largest_count = std::uint64_t{1} << 53;

void check(const HbosHistogram& h) {
    const std::size_t bins = h.counts.size();
    if (bins < 1 || bins > HbosModel::max_bins)
        fail(where, "number of bins", static_cast<double>(bins), "in [1, 65536]");
    if (h.edges.size() != bins + 1)
        fail(where, "number of edges", static_cast<double>(h.edges.size()), "one more than bins");
    if (!all_finite(h.edges)) fail(where, "an edge", "not finite", "finite");
    const bool constant = bins == 1 && h.edges[0] >= h.edges[1] && h.edges[0] <= h.edges[1];
    for (std::size_t i = 0; i < bins && !constant; ++i)
        if (h.edges[i] >= h.edges[i + 1])
            fail(where, "edge", static_cast<double>(h.edges[i + 1]), "above the edge before");
    std::uint64_t sum = 0;
    for (const std::uint64_t count : h.counts) {
        if (count > largest_count || sum > largest_count - count)
            fail(where, "number of rows", static_cast<double>(count), "at most 2^53");
        sum += count;
    }
    if (sum == 0) fail(where, "number of rows", 0, "at least 1");
}

double width(const HbosHistogram& h, std::size_t begin, std::size_t end) noexcept {
    return static_cast<double>(h.edges[end]) - static_cast<double>(h.edges[begin]);
}

/// log(highest / height) of each bin and of a place outside of them.
std::vector<double> surprises_of(HbosForm form, const HbosHistogram& h) {
    const std::size_t bins = h.counts.size();
    const double mean_width = width(h, 0, bins) / static_cast<double>(bins);
    const bool by_width = form == HbosForm::dynamic_width && mean_width > 0;
    std::vector<double> heights;
    heights.reserve(bins + 1);
    for (std::size_t b = 0; b < bins; ++b) {
        const double share = by_width ? width(h, b, b + 1) / mean_width : 1;
        const auto count = static_cast<double>(h.counts[b]);
        heights.push_back(count > 0 ? count / share : empty);
    }
    heights.push_back(empty);
    const double highest = *std::max_element(heights.begin(), heights.end());
    for (double& height : heights) height = std::log(highest / height);
    return heights;
}

/// The number of the bin, or that of the bins for a value outside. Without branches, as values are random.
std::size_t bin_of(const std::vector<float>& edges, float value) noexcept {
    const std::size_t bins = edges.size() - 1;
    if (value < edges.front() || value > edges.back()) return bins;
    const float* at = edges.data();
    for (std::size_t left = bins; left > 1;) {
        const std::size_t half = left / 2;
        at += at[half] <= value ? half : 0;
        left -= half;
    }
    return static_cast<std::size_t>(at - edges.data());
}

}  // namespace

HbosModel::HbosModel(HbosForm form, std::vector<HbosHistogram> histograms, ScoreCalibration calibration)
    : form_{form}, histograms_{std::move(histograms)}, calibration_{std::move(calibration)} {
    if (form > HbosForm::dynamic_width)
        fail(where, "form", static_cast<double>(form), "one of the enumerators");
    detail::check_dimension(where, dimension());
    surprises_.reserve(dimension());
    for (const HbosHistogram& histogram : histograms_) {
        check(histogram);
        surprises_.push_back(surprises_of(form, histogram));
    }
}

double HbosModel::surprise(std::size_t feature, float value) const noexcept {
    return surprises_[feature][bin_of(histograms_[feature].edges, value)];
}

Score HbosModel::score(const Row& row) const noexcept {
    if (row.size() != dimension() || !all_finite(row)) return {0, Status::bad_input};
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) sum += surprise(j, row[j]);
    return {sum, Status::ok};
}

void HbosModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    for (std::size_t i = 0; i < rows.rows() && i < out.size(); ++i) out[i] = score(rows.row(i));
}

Score HbosModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (whole.status != Status::ok || shares.size() != row.size()) return {0, Status::bad_input};
    for (std::size_t j = 0; j < row.size(); ++j) shares[j] = surprise(j, row[j]);
    return whole;
}

HbosModel HbosModel::calibrated(ScoreCalibration calibration) const {
    HbosModel model = *this;
    model.calibration_ = std::move(calibration);
    return model;
}

void HbosModel::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(form_));
    writer.u64(dimension());
    for (const HbosHistogram& histogram : histograms_) {
        writer.f32s(histogram.edges);
        writer.u64s(histogram.counts);
    }
    write_object(writer, calibration_);
}

HbosModel HbosModel::read(ByteReader& reader, std::uint16_t) try {
    const auto form =
        static_cast<HbosForm>(reader.choice(static_cast<std::uint8_t>(HbosForm::dynamic_width)));
    constexpr std::size_t least_bytes = 32;  // of a histogram: two lengths, two edges, one count
    std::vector<HbosHistogram> histograms(reader.length(least_bytes));
    for (HbosHistogram& histogram : histograms) {
        histogram.edges = reader.f32s();
        histogram.counts = reader.u64s();
    }
    auto calibration = read_object<ScoreCalibration>(reader);
    return {form, std::move(histograms), std::move(calibration)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
