// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sonde/metrics/family.hpp"

namespace sonde {

/// What an HTTP answer that carries `openmetrics_text` says it is.
inline constexpr std::string_view openmetrics_content_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Appends `families` in the OpenMetrics text format 1.0 (the specification at
/// github.com/prometheus/OpenMetrics). As `append_prometheus_text`, and: a counter's family is named
/// without `_total`, `# UNIT` is written where the unit is set and ends the name, bounds of buckets are
/// floats (`1.0`), the last line is `# EOF`. Thread-safe.
/// \param out  text goes to its end; nothing may follow it
void append_openmetrics_text(std::string& out, const Families& families);

/// `append_openmetrics_text` into a new string.
[[nodiscard]] std::string openmetrics_text(const Families& families);

}  // namespace sonde
