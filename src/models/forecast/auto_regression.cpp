// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/auto_regression.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "detectors/cholesky.hpp"
#include "models/forecast/past.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "AutoRegression";
constexpr double equations_per_coefficient = 2;

std::size_t lags_of(const AutoRegressionOptions& o) { return o.order > 0 ? o.order : o.max_order; }
/// Of the intercept, the lags and the value: the side of the factor.
std::size_t columns_of(const AutoRegressionOptions& o) { return lags_of(o) + 2; }

const AutoRegressionOptions& checked(const AutoRegressionOptions& o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    if (o.order > AutoRegression::most_lags) fail(where, "order", number(o.order), "in [0, 64]");
    if (o.max_order < 1 || o.max_order > AutoRegression::most_lags)
        fail(where, "max_order", number(o.max_order), "in [1, 64]");
    if (o.difference > detail::most_past) fail(where, "difference", number(o.difference), "in [0, 1048576]");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < 4 * number(lags_of(o))))
        fail(where, "half_life", o.half_life, "0, or at least four times the lags");
    return o;
}

double keep_of(const AutoRegressionOptions& o) { return o.half_life > 0 ? std::exp2(-1 / o.half_life) : 1; }

}  // namespace

AutoRegression::AutoRegression(const AutoRegressionOptions& options)
    : options_{checked(options)},
      factor_(detail::packed_size(columns_of(options))),
      recent_(lags_of(options)),
      past_(options.difference),
      coefficients_(lags_of(options) + 1),
      workspace_(2 * columns_of(options)) {}

std::size_t AutoRegression::lags() const noexcept { return lags_of(options_); }

/// The value that the next one is compared with; where that one will be kept.
double& AutoRegression::base() noexcept {
    return past_[static_cast<std::size_t>(learned_ % options_.difference)];
}

bool AutoRegression::forecast(std::span<double> out) const noexcept {
    if (order_ == 0 || out.empty()) return false;
    double sum = coefficients_[0];
    for (std::size_t i = 0; i < order_; ++i) sum += coefficients_[i + 1] * recent_[i];
    if (options_.difference > 0) sum += past_[static_cast<std::size_t>(learned_ % options_.difference)];
    out[0] = is_finite(sum) ? detail::bounded(sum) : recent_[0];
    return true;
}

void AutoRegression::learn(const double& x) noexcept {
    if (!is_finite(x)) return;
    const double value = detail::bounded(x);
    double target = value;
    if (options_.difference > 0) {
        target = detail::bounded(value - base());
        base() = value;
    }
    if (learned_ >= options_.difference) {
        if (has_lags() && !frozen_) take_equation(target);
        std::copy_backward(recent_.begin(), recent_.end() - 1, recent_.end());
        recent_[0] = target;
    }
    ++learned_;
}

void AutoRegression::take_equation(double target) noexcept {
    workspace_[0] = 1;
    std::copy(recent_.begin(), recent_.end(), workspace_.begin() + 1);
    workspace_[lags() + 1] = target;
    const double keep = keep_of(options_);
    detail::update_factor(factor_.data(), columns_of(options_), std::sqrt(keep), workspace_.data());
    weight_ = keep * weight_ + 1;
    if (weight_ >= equations_per_coefficient * static_cast<double>(lags() + 1)) solve();
}

/// The coefficients that the factor holds. Its last row is the values' part in each direction, so that the squares
/// behind the first p + 1 are what a model of order p leaves over.
void AutoRegression::solve() noexcept {
    const std::size_t columns = columns_of(options_);
    double* const values = workspace_.data();
    double* const inverse_pivots = values + columns;
    double left_over[most_lags + 2];  // left_over[k]: behind the first k columns
    double sum = 0;
    for (std::size_t k = columns; k-- > 0;) {
        values[k] = factor_[detail::packed_column(columns, k) + columns - 1 - k];
        sum += values[k] * values[k];
        left_over[k] = sum;
    }
    order_ = options_.order > 0 ? options_.order : best_order({left_over, columns});
    const double least = detail::resolution * std::sqrt(left_over[0]);
    for (std::size_t k = 0; k < columns; ++k) {
        const double pivot = std::abs(factor_[detail::packed_column(columns, k)]);
        const bool counts = k == 0 || (k <= order_ && pivot > least);
        if (!counts) values[k] = 0;
        inverse_pivots[k] = counts && pivot > 0 ? 1 / pivot : 0;
    }
    detail::backward(factor_.data(), inverse_pivots, columns, values);
    std::copy_n(values, lags() + 1, coefficients_.begin());
}

std::size_t AutoRegression::best_order(std::span<const double> left_over) const noexcept {
    // Below this a residual is rounding, and one order as good as the other.
    const double least = detail::resolution * detail::resolution * left_over[0];
    std::size_t best = 1;
    double lowest = 0;
    for (std::size_t p = 1; p <= lags(); ++p) {
        const double squares = std::max(left_over[p + 1], least);
        if (squares <= 0) break;
        const double criterion = weight_ * std::log(squares / weight_) + 2 * static_cast<double>(p + 1);
        if (p > 1 && criterion >= lowest) continue;
        lowest = criterion;
        best = p;
    }
    return best;
}

double AutoRegression::residual_variance() const noexcept {
    const std::size_t columns = columns_of(options_);
    double sum = 0;
    for (std::size_t k = order_ + 1; k < columns; ++k) {
        const double part = factor_[detail::packed_column(columns, k) + columns - 1 - k];
        sum += part * part;
    }
    return order_ == 0 ? 0 : sum / weight_;
}

void AutoRegression::write(ByteWriter& writer) const {
    writer.u64(options_.order);
    writer.u64(options_.max_order);
    writer.u64(options_.difference);
    writer.f64(options_.half_life);
    writer.u8(frozen_ ? 1 : 0);
    writer.u64(learned_);
    writer.f64(weight_);
    writer.f64s(factor_);
    writer.f64s(recent_);
    writer.f64s(past_);
}

AutoRegression AutoRegression::read(ByteReader& reader, std::uint16_t) try {
    AutoRegressionOptions options;
    options.order = static_cast<std::size_t>(reader.u64());
    options.max_order = static_cast<std::size_t>(reader.u64());
    options.difference = static_cast<std::size_t>(reader.u64());
    options.half_life = reader.finite();
    if (options.difference > reader.left() / 8) fail_format(where, "values missing");
    AutoRegression model{options};
    model.frozen_ = reader.choice(1) == 1;
    model.learned_ = reader.u64();
    model.weight_ = reader.finite();
    if (model.weight_ < 0 || model.weight_ > 0x1p64) fail_format(where, "a weight that no stream has");
    // The moments of values of the range, over as many values as fit into a lifetime.
    const std::size_t size = model.factor_.size();
    model.factor_ = reader.f64s();
    if (model.factor_.size() != size) fail_format(where, "another number of moments");
    for (const double& x : model.factor_)
        if (!is_finite(x) || std::abs(x) > 1e151) fail_format(where, "moments that no stream has");
    model.recent_ = detail::read_past(reader, model.recent_.size(), where);
    model.past_ = detail::read_past(reader, options.difference, where);
    if (model.weight_ >= equations_per_coefficient * static_cast<double>(model.lags() + 1)) model.solve();
    return model;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

AutoRegression fit_auto_regression(std::span<const double> values, const AutoRegressionOptions& options) {
    AutoRegression model{options};
    for (const double& x : values) {
        if (!is_finite(x)) fail("fit_auto_regression", "value", x, "finite");
        model.learn(x);
    }
    if (model.order() == 0)
        fail("fit_auto_regression", "number of values", static_cast<double>(values.size()),
             "at least three per lag, and those that are subtracted");
    model.freeze();
    return model;
}

}  // namespace sonde
