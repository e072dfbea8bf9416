// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/residual_scales.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view where = "ForecastScorer";
constexpr std::size_t most_values = std::size_t{1} << 24;

ForecastScorerOptions checked(std::size_t dimension, ForecastScorerOptions o) {
    if (dimension < 1 || dimension > most_values)
        fail(where, "dimension", static_cast<double>(dimension), "in [1, 16777216]");
    if (o.window < 2 || o.window > SortedBuffer::max_capacity || o.window > most_values / dimension)
        fail(where, "window", static_cast<double>(o.window),
             "in [2, 1048576] and, times dimension, 2^24 at most");
    if (o.warm_up < 2) fail(where, "warm_up", static_cast<double>(o.warm_up), "at least 2");
    if (!is_finite(o.quantile) || o.quantile < 0.5 || o.quantile > 0.999)
        fail(where, "quantile", o.quantile, "in [0.5, 0.999]");
    if (!is_finite(o.min_scale) || o.min_scale < 0)
        fail(where, "min_scale", o.min_scale, "finite and at least 0");
    if (!is_finite(o.clip) || (o.clip != 0 && o.clip < 1)) fail(where, "clip", o.clip, "0, or at least 1");
    o.warm_up = std::min(o.warm_up, o.window);
    return o;
}

bool is_mad(const ForecastScorerOptions& o) { return o.quantile == 0.5; }

SlidingWindowScorer scale_for(const ForecastScorerOptions& o) {
    SlidingWindowOptions options{
        .window = o.window, .side = o.side, .min_scale = o.min_scale, .warm_up = o.warm_up};
    options.reference = is_mad(o) ? WindowReference::median_mad : WindowReference::quantiles;
    if (!is_mad(o)) {
        options.low = (1 - o.quantile) / 2;
        options.high = (1 + o.quantile) / 2;
        options.min_scale *= normal_quantile(options.high);  // it is divided by that again
    }
    return SlidingWindowScorer{options};
}

}  // namespace

ResidualScales::ResidualScales(std::size_t dimension, const ForecastScorerOptions& options)
    : options_{checked(dimension, options)},
      unit_{is_mad(options_) ? 1 : normal_quantile((1 + options_.quantile) / 2)},
      scales_(dimension, scale_for(options_)) {}

double ResidualScales::clipped(std::size_t feature, double error) const noexcept {
    if (options_.clip <= 0 || !warm()) return error;
    const double away = distance(feature, error, 0);
    if (away <= options_.clip) return error;
    const double centre = scales_[feature].window().median();
    return centre + (error - centre) * (options_.clip / away);
}

void ResidualScales::learn(std::span<const double> errors) noexcept {
    if (frozen_) return;
    for (std::size_t i = 0; i < errors.size(); ++i) scales_[i].learn(errors[i]);
    ++learned_;
}

void ResidualScales::write(ByteWriter& writer) const {
    writer.u64(options_.window);
    writer.u64(options_.warm_up);
    writer.f64(options_.quantile);
    writer.u8(static_cast<std::uint8_t>(options_.side));
    writer.f64(options_.min_scale);
    writer.f64(options_.clip);
    writer.u8(frozen_ ? 1 : 0);
    writer.u64(learned_);
    writer.u64(scales_.size());
    for (const SlidingWindowScorer& scale : scales_)
        for (std::size_t i = 0; i < scale.window().size(); ++i) writer.f64(scale.window()[i]);
}

ResidualScales ResidualScales::read(ByteReader& reader, std::uint16_t) try {
    ForecastScorerOptions options;
    options.window = static_cast<std::size_t>(reader.u64());
    options.warm_up = static_cast<std::size_t>(reader.u64());
    options.quantile = reader.finite();
    options.side = static_cast<Side>(reader.choice(2));
    options.min_scale = reader.finite();
    options.clip = reader.finite();
    const bool frozen = reader.choice(1) == 1;
    const std::uint64_t learned = reader.u64();
    const std::uint64_t dimension = reader.u64(), kept = std::min<std::uint64_t>(learned, options.window);
    if (kept > 0 && dimension > reader.left() / 8 / kept) fail_format(where, "errors missing");
    ResidualScales scales{static_cast<std::size_t>(dimension), options};
    for (SlidingWindowScorer& scale : scales.scales_)
        for (std::uint64_t i = 0; i < kept; ++i) scale.learn(reader.finite());
    scales.frozen_ = frozen;
    scales.learned_ = learned;
    return scales;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde::detail
