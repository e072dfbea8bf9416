// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sonde/metrics/family.hpp"

namespace sonde {

/// What an HTTP answer that carries `prometheus_text` says it is.
inline constexpr std::string_view prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Appends `families` in the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
/// Numbers are the shortest text that reads back the same, counts stay integers; label values and help are
/// escaped, invalid UTF-8 in them becomes U+FFFD. A family without series is left out: unknown is absent.
/// Names are written as they are; the registry has checked them. Thread-safe.
/// \param out  text goes to its end, so that one buffer can serve many scrapes without growing again
void append_prometheus_text(std::string& out, const Families& families);

/// `append_prometheus_text` into a new string.
[[nodiscard]] std::string prometheus_text(const Families& families);

}  // namespace sonde
