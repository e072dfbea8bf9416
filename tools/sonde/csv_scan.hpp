// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sonde::tool {

/// What is wrong with the quotes or the size of a record.
enum class CsvFault : std::uint8_t {
    none,
    text_after_quote,  ///< `"1"2`: a closing quote that neither a comma nor the line's end follows
    open_quote,        ///< a quote that is never closed
    too_long,          ///< no end within the limit
};

/// How far the record at the front of a text goes.
struct CsvExtent {
    bool complete = false;   ///< false: its end is not here yet
    std::size_t length = 0;  ///< with the line's end; meaningful when complete
    CsvFault fault = CsvFault::none;
};

/// Finds the end of the record at the front of `text` (RFC 4180: a quoted field may hold line ends).
/// A quote inside an unquoted field is an ordinary character.
/// With a fault the record is the first line alone: a stray quote costs one row, not the rest of a file.
/// \param last  nothing follows `text`: its end is a line's end. Cost: O(length)
[[nodiscard]] CsvExtent scan_record(std::string_view text, bool last);

/// Splits one record, without its line end, into fields. Quoted fields are unquoted in place, so the
/// views look into `record` and live as long as it does.
void split_record(std::span<char> record, std::vector<std::string_view>& fields);

/// Splits at every comma and leaves quotes alone: the best that can be said of a faulty line.
void split_plain(std::string_view record, std::vector<std::string_view>& fields);

/// Without the `\n` or `\r\n` at its end, if it has one.
[[nodiscard]] std::string_view without_line_end(std::string_view line);

}  // namespace sonde::tool
