// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/sliding_window.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "SlidingWindowScorer";

SlidingWindowOptions checked(SlidingWindowOptions o) {
    if (o.window < 2 || o.window > SortedBuffer::max_capacity)
        fail(where, "window", static_cast<double>(o.window), "in [2, 1048576]");
    if (!is_finite(o.low) || o.low < 0 || o.low >= 0.5) fail(where, "low", o.low, "in [0, 0.5)");
    if (!is_finite(o.high) || o.high <= 0.5 || o.high > 1) fail(where, "high", o.high, "in (0.5, 1]");
    if (!is_finite(o.min_scale) || o.min_scale < 0)
        fail(where, "min_scale", o.min_scale, "finite and at least 0");
    if (o.warm_up < 2) fail(where, "warm_up", static_cast<double>(o.warm_up), "at least 2");
    o.warm_up = std::min(o.warm_up, o.window);
    return o;
}

}  // namespace

SlidingWindowScorer::SlidingWindowScorer(const SlidingWindowOptions& options)
    : options_{checked(options)}, window_{{.capacity = options.window}} {}

void SlidingWindowScorer::learn(const double& x) noexcept {
    if (!is_finite(x)) return;
    window_.observe(detail::bounded(x));
    refresh();
}

void SlidingWindowScorer::refresh() noexcept {
    switch (options_.reference) {
        case WindowReference::mean_stddev:
            centre_ = window_.mean();
            scale_below_ = scale_above_ = window_.stddev();
            break;
        case WindowReference::median_mad:
            centre_ = window_.median();
            scale_below_ = detail::robust_scale(window_, window_.size(), centre_, window_.mad());
            scale_above_ = scale_below_;
            break;
        case WindowReference::quantiles:
            centre_ = window_.median();
            scale_below_ = centre_ - window_.quantile(options_.low);
            scale_above_ = window_.quantile(options_.high) - centre_;
            break;
    }
    scale_below_ = detail::floored_scale(scale_below_, options_.min_scale, centre_);
    scale_above_ = detail::floored_scale(scale_above_, options_.min_scale, centre_);
}

void SlidingWindowScorer::write(ByteWriter& writer) const {
    writer.u64(options_.window);
    writer.u8(static_cast<std::uint8_t>(options_.reference));
    writer.u8(static_cast<std::uint8_t>(options_.side));
    writer.f64(options_.low);
    writer.f64(options_.high);
    writer.f64(options_.min_scale);
    writer.u64(options_.warm_up);
    write_object(writer, window_);
}

SlidingWindowScorer SlidingWindowScorer::read(ByteReader& reader, std::uint16_t) try {
    SlidingWindowOptions options;
    options.window = static_cast<std::size_t>(reader.u64());
    options.reference = static_cast<WindowReference>(reader.choice(2));
    options.side = static_cast<Side>(reader.choice(2));
    options.low = reader.finite();
    options.high = reader.finite();
    options.min_scale = reader.finite();
    options.warm_up = static_cast<std::size_t>(reader.u64());
    SlidingWindowScorer scorer{options};
    scorer.window_ = read_object<RollingWindow>(reader);
    if (scorer.window_.capacity() != options.window) fail_format(where, "a window of another size");
    if (scorer.window_.size() > 0) scorer.refresh();
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
