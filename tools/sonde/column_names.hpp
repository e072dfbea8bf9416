// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What a first row says of its columns, and how the command line names one: by name, or by number from 1.
namespace sonde::tool {

using Fields = std::span<const std::string_view>;

/// True for a number, also one that is not finite or that no double is near.
[[nodiscard]] bool is_number(std::string_view field);

/// True when the fields look like names rather than data.
[[nodiscard]] bool looks_like_header(Fields fields);

/// The column that holds the time, as `choose_columns` has it.
[[nodiscard]] std::optional<std::size_t> guess_time(Fields first_row, bool header);

/// The first column with that name. \param exact  also in upper and lower case
[[nodiscard]] std::optional<std::size_t> named(Fields names, std::string_view name, bool exact);

/// The column that is meant: a name as it is written, then a number, then a name in any case.
/// \throws UsageError  there is none: `--column is 'x', must be 1 to 2, or one of 'a', 'b'`
[[nodiscard]] std::size_t resolve(Fields first_row, bool header, std::string_view option,
                                  const std::string& wanted);

/// True when this can only be the name of a column: a first row that has it is a header.
[[nodiscard]] bool is_name(const std::optional<std::string>& choice);

/// `'latency'`, or `column 2` when nothing names it.
[[nodiscard]] std::string name_of(Fields first_row, bool header, std::size_t column);

/// `1 to 2, or one of 'a', 'b'`
[[nodiscard]] std::string list_of(Fields first_row, bool header);

}  // namespace sonde::tool
