// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/feature_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "FeatureScaling";
constexpr double normal_quartiles = 1.3489795003921634;  // between the quartiles of a standard normal
constexpr double largest = 1e18;

struct Line {
    double centre = 0, scale = 1;
};

Line standard(const std::vector<double>& column) {
    const auto n = static_cast<double>(column.size());
    // From the first value on, so that a constant column has exactly that mean.
    double mean = column.front(), squares = 0;
    for (const double x : column) mean += (x - column.front()) / n;
    for (const double x : column) squares += (x - mean) * (x - mean) / n;
    return {mean, squares > 0 ? std::sqrt(squares) : 1};
}

/// Of sorted values, between two of them in proportion (type 7 of Hyndman, Fan, American Statistician 50, 1996).
double quantile(const std::vector<double>& sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Line line_of(std::vector<double>& column, Scaling scaling) {
    if (scaling == Scaling::none) return {};
    if (scaling == Scaling::standard) return standard(column);
    std::sort(column.begin(), column.end());
    if (scaling == Scaling::range) {
        const double width = column.back() - column.front();
        return {column.front(), width > 0 ? width : 1};
    }
    const double quartiles = quantile(column, 0.75) - quantile(column, 0.25);
    const double centre = quantile(column, 0.5);
    return {centre, quartiles > 0 ? quartiles / normal_quartiles : standard(column).scale};
}

}  // namespace

FeatureScaling::FeatureScaling(MatrixView rows, Scaling scaling) : scaling_{scaling} {
    detail::check_training_rows(where, rows);
    std::vector<double> column(rows.rows());
    centre_.reserve(rows.cols());
    scale_.reserve(rows.cols());
    for (std::size_t j = 0; j < rows.cols(); ++j) {
        for (std::size_t i = 0; i < rows.rows(); ++i) column[i] = static_cast<double>(rows.row(i)[j]);
        const Line line = line_of(column, scaling);
        centre_.push_back(line.centre);
        scale_.push_back(line.scale);
    }
}

void FeatureScaling::apply(std::span<const float> row, std::span<float> out) const noexcept {
    const std::size_t count = std::min({row.size(), out.size(), dimension()});
    for (std::size_t j = 0; j < count; ++j) {
        const double scaled = (static_cast<double>(row[j]) - centre_[j]) / scale_[j];
        const double drawn_in = scaling_ == Scaling::robust_asinh ? std::asinh(scaled) : scaled;
        out[j] = static_cast<float>(std::clamp(drawn_in, -largest, largest));
    }
}

std::vector<float> FeatureScaling::apply(MatrixView rows) const {
    if (rows.cols() != dimension())
        fail(where, "dimension of the rows", static_cast<double>(rows.cols()), "that of the scaling");
    std::vector<float> scaled(rows.rows() * rows.cols());
    for (std::size_t i = 0; i < rows.rows(); ++i)
        apply(rows.row(i), {scaled.data() + i * rows.cols(), rows.cols()});
    return scaled;
}

void FeatureScaling::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(scaling_));
    writer.f64s(centre_);
    writer.f64s(scale_);
}

FeatureScaling FeatureScaling::read(ByteReader& reader, std::uint16_t) {
    FeatureScaling scaling;
    scaling.scaling_ = static_cast<Scaling>(reader.choice(static_cast<std::uint8_t>(Scaling::range)));
    scaling.centre_ = reader.f64s();
    scaling.scale_ = reader.f64s();
    const std::size_t n = scaling.centre_.size();
    if (n < 1 || n > detail::max_model_dimension || scaling.scale_.size() != n)
        fail_format(where, "number of features");
    for (std::size_t j = 0; j < n; ++j)
        if (!is_finite(scaling.centre_[j]) || !is_finite(scaling.scale_[j]) || scaling.scale_[j] <= 0)
            fail_format(where, "a centre or a scale that is none");
    return scaling;
}

}  // namespace sonde
