// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "column_names.hpp"

namespace sonde::tool {

/// What the command line says of the columns; empty: find out.
struct ColumnChoice {
    std::optional<bool> header;
    std::optional<std::string> value;      ///< a name or a number from 1
    std::optional<std::string> timestamp;  ///< a name, a number from 1, or `none`
};

/// Where in a row the stream is.
struct Columns {
    bool header = false;  ///< the first row names the columns
    std::size_t value = 0;
    std::optional<std::size_t> timestamp;
    std::string value_name;  ///< `'latency'`, or `column 2` when nothing names it
    std::string note;        ///< what a user should hear about a guess; empty when there was none
};

/// Decides from the first row which columns hold the value and the time.
///
/// - Header: asked for by --header or by a column's name; otherwise the first row is one when no field
///   of it is a number, a date or a missing value, and at least one is not empty.
/// - Time, of at least two columns: the first whose name is timestamp, time, ts, date or datetime, in any
///   case, `@`, `_` and `-` ignored. Without a header the first column, when it holds a date or at least nine
///   digits (seconds since 1970), or when there are just two columns.
/// - Value: the column named `value`, else the first that is not the time.
///
/// \throws UsageError  a name or number that the first row does not have; the message lists what it has
[[nodiscard]] Columns choose_columns(Fields first_row, const ColumnChoice& choice);

}  // namespace sonde::tool
