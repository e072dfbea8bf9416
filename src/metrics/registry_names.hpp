// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metrics/metric_kinds.hpp"
#include "sonde/metrics/family.hpp"

namespace sonde::detail {

/// What the names of an `HttpEndpoint`'s own families begin with: nobody else's may.
inline constexpr std::string_view endpoint_prefix = "sonde_endpoint_";

/// Letters, digits and underscores, not beginning with a digit. Prometheus allows colons too, but keeps
/// them for recording rules, and its linter refuses them in what is scraped. \throws std::invalid_argument
void check_name(std::string_view what, std::string_view name);

/// A full name that suits its kind: the suffix is there, and what is left does not look like another
/// kind's. \throws std::invalid_argument
void check_metric_name(std::string_view name, const MetricKind& kind);

/// Sorted by name, so that the order in which they are written does not matter, and with values in UTF-8, so
/// that none become the same when they are exported.
/// \throws std::invalid_argument  a name is not allowed, reserved or there twice
[[nodiscard]] Labels checked_labels(Labels labels, const MetricKind& kind);

/// Where labels are looked up.
[[nodiscard]] std::string label_key(const Labels& labels);
/// For messages: `model and zone`, or `none`.
[[nodiscard]] std::string label_names(const Labels& labels);
[[nodiscard]] bool same_names(const Labels& a, const Labels& b) noexcept;

}  // namespace sonde::detail
