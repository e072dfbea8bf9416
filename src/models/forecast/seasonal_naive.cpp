// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/forecast/seasonal_naive.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "models/forecast/past.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "SeasonalNaive";

const SeasonalNaiveOptions& checked(const SeasonalNaiveOptions& o) {
    if (o.season < 1 || o.season > detail::most_past)
        fail(where, "season", static_cast<double>(o.season), "in [1, 1048576]");
    return o;
}

}  // namespace

SeasonalNaive::SeasonalNaive(const SeasonalNaiveOptions& options)
    : options_{checked(options)}, past_(options.season) {}

bool SeasonalNaive::forecast(std::span<double> out) const noexcept {
    if (learned_ < options_.season || out.empty()) return false;
    out[0] = past_[static_cast<std::size_t>(learned_ % options_.season)];
    return true;
}

void SeasonalNaive::learn(const double& x) noexcept {
    if (!is_finite(x)) return;
    past_[static_cast<std::size_t>(learned_++ % options_.season)] = detail::bounded(x);
}

void SeasonalNaive::write(ByteWriter& writer) const {
    writer.u64(options_.season);
    writer.u64(learned_);
    writer.f64s(past_);
}

SeasonalNaive SeasonalNaive::read(ByteReader& reader, std::uint16_t) try {
    const SeasonalNaiveOptions options{.season = static_cast<std::size_t>(reader.u64())};
    if (options.season > reader.left() / 8) fail_format(where, "values missing");
    SeasonalNaive forecaster{options};
    forecaster.learned_ = reader.u64();
    forecaster.past_ = detail::read_past(reader, options.season, where);
    return forecaster;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
