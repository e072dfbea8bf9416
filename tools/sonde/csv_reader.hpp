// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "byte_source.hpp"
#include "csv_scan.hpp"

namespace sonde::tool {

/// One row of a CSV text. The views hold until the next one is read.
struct CsvRecord {
    std::vector<std::string_view> fields;
    std::uint64_t line = 0;  ///< where it begins, from 1
    CsvFault fault = CsvFault::none;
    bool blank = false;  ///< nothing but spaces; `fields` is one empty field
};

/// Reads CSV of any size in constant memory: RFC 4180 with `\n` or `\r\n`, with or without a UTF-8 byte
/// order mark and a line end after the last row.
///
/// Blank lines before the first and after the last row are no rows; one between two rows is a row, and is
/// only given when the next row is there.
/// A row is given as soon as its line is complete: `read` is called only when no complete row is left.
/// Threading: single-writer.
class CsvReader {
public:
    /// \param longest  bytes; a row that has no end within them is given as CsvFault::too_long, without
    ///                 fields, and reading goes on at the next line
    explicit CsvReader(ByteSource& source, std::size_t longest = std::size_t{1} << 20U);

    /// \returns false at the end.  \throws RunError  the source cannot be read, or is gzip or xz
    bool next(CsvRecord& record);

private:
    struct Found {
        std::size_t length = 0;  ///< 0: there is no further record
        CsvFault fault = CsvFault::none;
        bool quoted = false;
    };
    [[nodiscard]] std::string_view rest() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
    [[nodiscard]] Found find();
    [[nodiscard]] Found find_quoted();
    bool read_more();
    void start();
    bool begins_with(std::string_view mark);
    void skip_long_line();
    void consume(std::size_t length);
    void fill(CsvRecord& record, const Found& found);

    ByteSource& source_;
    std::size_t longest_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;
    std::uint64_t line_ = 1, blank_lines_ = 0;
    bool at_end_ = false, started_ = false, any_row_ = false;
};

}  // namespace sonde::tool
