// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/holt_winters.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/forecast/past.hpp"
#include "models/nelder_mead.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "HoltWinters";
constexpr std::size_t most_season = 65536, most_fit = 262144, evaluations = 250;

/// Values in each of the two parts that the first state is made of.
std::size_t half_of(const HoltWintersOptions& o) { return o.season > 0 ? o.season : 5; }

bool is_part(double x) { return is_finite(x) && x >= 0 && x <= 1; }

const HoltWintersOptions& checked(const HoltWintersOptions& o) {
    if (o.season == 1 || o.season > most_season)
        fail(where, "season", static_cast<double>(o.season), "0, or in [2, 65536]");
    for (const auto& [name, value] :
         {std::pair{"alpha", o.alpha}, {"beta", o.beta}, {"gamma", o.gamma}, {"phi", o.phi}})
        if (!is_part(value)) fail(where, name, value, "in [0, 1]");
    if (o.fit > most_fit || (o.fit > 0 && o.fit < 2 * half_of(o)))
        fail(where, "fit", static_cast<double>(o.fit), "0, or two seasons (ten without) to 262144");
    return o;
}

/// A number of any size, to one in [low, high] and back.
double within(double low, double high, double x) { return low + (high - low) / (1 + std::exp(-x)); }
double outward(double low, double high, double x) { return std::log((x - low) / (high - x)); }

constexpr double least = 1e-4, most = 0.9999, least_phi = 0.8, most_phi = 0.995;

/// Coordinates of a point, one after the other: those that the options have.
template <class Visit>
std::size_t visit_factors(HoltWintersOptions& o, Visit visit) {
    std::size_t n = 0;
    visit(n++, o.alpha, least, most);
    if (o.trend != Trend::none) visit(n++, o.beta, least, most);
    if (o.season > 0) visit(n++, o.gamma, least, most);
    if (o.trend == Trend::damped) visit(n++, o.phi, least_phi, most_phi);
    return n;
}

void check_values(std::string_view who, std::span<const double> values, const HoltWintersOptions& o) {
    for (const double& x : values)
        if (!is_finite(x)) fail(who, "value", x, "finite");
    if (values.size() < 2 * half_of(o))
        fail(who, "number of values", static_cast<double>(values.size()),
             "at least two seasons, ten without");
}

}  // namespace

HoltWinters::HoltWinters(const HoltWintersOptions& options)
    : options_{checked(options)},
      seasons_(options.season),
      first_(std::max(2 * half_of(options), options.fit)) {
    if (options_.trend == Trend::none) options_.beta = options_.phi = 0;
    if (options_.trend == Trend::linear) options_.phi = 1;
    if (options_.season == 0) options_.gamma = 0;
}

/// First values that are kept until they are used.
std::size_t HoltWinters::kept() const noexcept {
    return learned_ < first_.size() ? static_cast<std::size_t>(learned_) : 0;
}

std::size_t HoltWinters::place(std::uint64_t at) const noexcept {
    return static_cast<std::size_t>(at % options_.season);
}

double HoltWinters::expected(std::uint64_t at) const noexcept {
    const double line = level_ + options_.phi * slope_;
    return options_.season > 0 ? line + seasons_[place(at)] : line;
}

double HoltWinters::next_season() const noexcept {
    return options_.season > 0 ? seasons_[place(learned_)] : 0;
}

bool HoltWinters::forecast(std::span<double> out) const noexcept {
    if (learned_ < 2 * half_of(options_) || out.empty()) return false;
    out[0] = detail::bounded(expected(learned_));
    return true;
}

/// The state before the first value.
void HoltWinters::start(std::span<const double> values) noexcept {
    const std::size_t half = half_of(options_);
    const auto n = static_cast<double>(half);
    double first = 0, second = 0;
    for (std::size_t i = 0; i < half; ++i) {
        first += values[i] / n;
        second += values[half + i] / n;
    }
    slope_ = options_.trend == Trend::none ? 0 : (second - first) / n;
    level_ = (first + second) / 2 - slope_ * (2 * n + 1) / 2;
    for (std::size_t i = 0; i < seasons_.size(); ++i) {
        const double line = level_ + slope_ * (static_cast<double>(i) + 1 + n / 2);
        seasons_[i] = (values[i] + values[half + i]) / 2 - line;
    }
}

/// Smooths value `at` of the stream in. \returns the error of its forecast
double HoltWinters::step(std::uint64_t at, double x) noexcept {
    const double error = x - expected(at), drift = options_.phi * slope_;
    level_ = detail::bounded(level_ + drift + options_.alpha * error);
    slope_ = detail::bounded(drift + options_.alpha * options_.beta * error);
    if (options_.season > 0) {
        double& season = seasons_[place(at)];
        season = detail::bounded(season + options_.gamma * error);
    }
    return error;
}

/// All of them from the first on. \returns the mean squared error
double HoltWinters::smooth(std::span<const double> values) noexcept {
    start(values);
    double squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = step(i, values[i]);
        squares += error * error;
    }
    return squares / static_cast<double>(values.size());
}

void HoltWinters::fit(std::span<const double> values) noexcept {
    const auto error_at = [&](const detail::SmallPoint& point) {
        visit_factors(options_, [&](std::size_t i, double& factor, double low, double high) {
            factor = within(low, high, point[i]);
        });
        return smooth(values);
    };
    detail::SmallPoint best{};
    double least_error = -1;
    for (const double alpha : {0.1, 0.6}) {  // a calm and a nervous one: errors have valleys of both kinds
        HoltWintersOptions from = options_;
        from.alpha = alpha;
        from.beta = from.gamma = 0.1;
        from.phi = 0.95;
        detail::SmallPoint start{};
        const std::size_t n =
            visit_factors(from, [&](std::size_t i, double& factor, double low, double high) {
                start[i] = outward(low, high, factor);
            });
        const auto found = detail::nelder_mead(error_at, n, start, 1, evaluations);
        const double error = error_at(found);
        if (least_error >= 0 && error >= least_error) continue;
        least_error = error;
        best = found;
    }
    error_at(best);
}

void HoltWinters::learn(const double& x) noexcept {
    if (!is_finite(x)) return;
    const double value = detail::bounded(x);
    const std::size_t begins = 2 * half_of(options_);
    if (learned_ < first_.size()) first_[static_cast<std::size_t>(learned_)] = value;
    if (learned_ >= begins) step(learned_, value);
    ++learned_;
    if (learned_ == options_.fit)
        fit({first_.data(), options_.fit});
    else if (learned_ == begins)
        smooth({first_.data(), begins});
}

void HoltWinters::write(ByteWriter& writer) const {
    writer.u64(options_.season);
    writer.u8(static_cast<std::uint8_t>(options_.trend));
    for (const double factor : {options_.alpha, options_.beta, options_.gamma, options_.phi})
        writer.f64(factor);
    writer.u64(options_.fit);
    writer.u64(learned_);
    writer.f64(level_);
    writer.f64(slope_);
    writer.f64s(seasons_);
    writer.f64s({first_.data(), kept()});
}

HoltWinters HoltWinters::read(ByteReader& reader, std::uint16_t) try {
    HoltWintersOptions options;
    options.season = static_cast<std::size_t>(reader.u64());
    options.trend = static_cast<Trend>(reader.choice(2));
    for (double* factor : {&options.alpha, &options.beta, &options.gamma, &options.phi})
        *factor = reader.finite();
    options.fit = static_cast<std::size_t>(reader.u64());
    HoltWinters model{options};
    model.learned_ = reader.u64();
    const double state[] = {reader.finite(), reader.finite()};
    for (const double x : state)
        if (detail::bounded(x) != x) fail_format(where, "a state out of range");
    model.level_ = state[0];
    model.slope_ = state[1];
    model.seasons_ = detail::read_past(reader, options.season, where);
    const std::vector<double> first = detail::read_past(reader, model.kept(), where);
    std::copy(first.begin(), first.end(), model.first_.begin());
    return model;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

double holt_winters_error(std::span<const double> values, const HoltWintersOptions& options) {
    check_values("holt_winters_error", values, options);
    return HoltWinters{options}.smooth(values);
}

HoltWinters fit_holt_winters(std::span<const double> values, const HoltWintersOptions& options) {
    HoltWintersOptions kept = options;
    kept.fit = 0;
    HoltWinters model{kept};
    check_values("fit_holt_winters", values, options);
    model.fit(values);
    model.learned_ = values.size();
    return model;
}

}  // namespace sonde
