// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sonde/metrics/family.hpp"

// What the Prometheus and the OpenMetrics text have in common.
namespace sonde::detail {

/// The shortest text that reads back as `value`; `NaN`, `+Inf`, `-Inf`.
void append_real(std::string& out, double value);

/// As `append_real`; an integer keeps every digit.
void append_number(std::string& out, const Number& value);

/// A bucket's bound, always as a float: `1.0`, `0.25`, `1e+06`. It is part of the series' identity, so both
/// formats write it alike (OpenMetrics 1.0, "Considerations: Canonical Numbers"; what `%g` makes of it in Go).
void append_bound(std::string& out, double value);

/// Whether a double quote becomes `\"`.
enum class Quotes : std::uint8_t { kept, escaped };

/// `text` with backslash and newline escaped. Every maximal part that is not UTF-8 becomes one U+FFFD.
void append_escaped(std::string& out, std::string_view text, Quotes quotes);

/// `# <keyword> <name> <text>`; the text is written as it is.
void append_comment(std::string& out, std::string_view keyword, std::string_view name, std::string_view text);

/// `counter`, `gauge` or `histogram`.
std::string_view kind_name(FamilyKind kind) noexcept;

/// The lines of all series. \param name  of a counter's or gauge's sample; of a histogram before `_bucket`.
/// \param totals  whether a histogram has `_sum` and `_count`
void append_samples(std::string& out, std::string_view name, const Family& family, bool totals);

}  // namespace sonde::detail
