// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_hbos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "models/calibrate.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_hbos";

/// The least float that is at least x, so that a float is below it as it is below x.
float rounded_up(double x) noexcept {
    const auto nearest = static_cast<float>(x);
    return static_cast<double>(nearest) < x ? std::nextafter(nearest, std::numeric_limits<float>::max())
                                            : nearest;
}

/// Edges at equal distances between the ends, as far as floats can tell them apart.
std::vector<float> even_edges(const std::vector<float>& sorted, std::size_t bins) {
    const auto low = static_cast<double>(sorted.front()), high = static_cast<double>(sorted.back());
    std::vector<float> edges{sorted.front()};
    for (std::size_t b = 1; b < bins; ++b) {
        const double share = static_cast<double>(b) / static_cast<double>(bins);
        const float edge = rounded_up(low + share * (high - low));
        if (edge > edges.back() && edge < sorted.back()) edges.push_back(edge);
    }
    edges.push_back(sorted.back());
    return edges;
}

/// A bin takes rows / bins values and all that equal its last; edges are halfway between the values of neighbours, so
/// that a bin of one value has a width too.
std::vector<float> filled_edges(const std::vector<float>& sorted, std::size_t bins) {
    const std::size_t size = std::max<std::size_t>(sorted.size() / bins, 1);
    std::vector<float> edges{sorted.front()};
    for (auto at = sorted.begin(); static_cast<std::size_t>(sorted.end() - at) > size;) {
        const auto last = at + static_cast<std::ptrdiff_t>(size) - 1;
        at = std::upper_bound(last, sorted.end(), *last);
        if (at == sorted.end()) break;
        const float edge = rounded_up((static_cast<double>(*last) + static_cast<double>(*at)) / 2);
        if (edge < sorted.back()) edges.push_back(edge);
    }
    edges.push_back(sorted.back());
    return edges;
}

std::vector<std::uint64_t> counted(const std::vector<float>& sorted, const std::vector<float>& edges) {
    std::vector<std::uint64_t> counts;
    counts.reserve(edges.size() - 1);
    auto begin = sorted.begin();
    for (std::size_t b = 1; b < edges.size(); ++b) {
        const auto end =
            b + 1 == edges.size() ? sorted.end() : std::lower_bound(begin, sorted.end(), edges[b]);
        counts.push_back(static_cast<std::uint64_t>(end - begin));
        begin = end;
    }
    return counts;
}

std::size_t bins_of(std::size_t rows, const HbosOptions& options) {
    if (options.bins > 0) return options.bins;
    const double root = std::round(std::sqrt(static_cast<double>(rows)));
    return std::min(static_cast<std::size_t>(root), HbosModel::max_bins);
}

}  // namespace

HbosModel fit_hbos(MatrixView rows, const HbosOptions& options) {
    detail::check_training_rows(where, rows);
    if (options.bins > HbosModel::max_bins)
        fail(where, "bins", static_cast<double>(options.bins), "in [0, 65536]");
    const std::size_t bins = bins_of(rows.rows(), options);
    std::vector<float> column(rows.rows());
    std::vector<HbosHistogram> histograms(rows.cols());
    for (std::size_t j = 0; j < rows.cols(); ++j) {
        for (std::size_t i = 0; i < rows.rows(); ++i) column[i] = rows.row(i)[j];
        std::sort(column.begin(), column.end());
        auto& [edges, counts] = histograms[j];
        edges =
            options.form == HbosForm::static_width ? even_edges(column, bins) : filled_edges(column, bins);
        counts = counted(column, edges);
        detail::report_progress(where, options.progress, {j + 1, rows.cols()});
    }
    const HbosModel model{options.form, std::move(histograms)};
    return model.calibrated(detail::calibration_of(model, rows, options.executor));
}

}  // namespace sonde
