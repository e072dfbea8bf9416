// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sonde/metrics/family.hpp"

namespace sonde {

/// A text form of a registry's families.
enum class TextFormat : std::uint8_t {
    prometheus,   ///< text format 0.0.4, which every scraper reads
    openmetrics,  ///< OpenMetrics text 1.0
};

/// The form that an HTTP request prefers (RFC 9110, section 12.5.1: quality values; of the ranges that match a
/// form, the most specific one counts). On equal quality the form that is named more exactly, then
/// `prometheus`. Absent, unreadable, or matching neither: `prometheus`, since a scraper would rather have that
/// than an error. A range with a `version` that we do not write matches nothing; other parameters are
/// ignored. Never throws or allocates. Thread-safe.
/// \param accept  the value of the `Accept` header
[[nodiscard]] TextFormat negotiate(std::string_view accept) noexcept;

/// What an HTTP answer in this form says it is. Thread-safe.
[[nodiscard]] std::string_view content_type(TextFormat format) noexcept;

/// Appends `families` in this form. Thread-safe.
void append_text(std::string& out, const Families& families, TextFormat format);

}  // namespace sonde
