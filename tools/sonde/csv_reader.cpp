// SPDX-License-Identifier: Apache-2.0
#include "csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "errors.hpp"

namespace sonde::tool {
namespace {

constexpr std::size_t first_block = std::size_t{1} << 18U;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

struct Compressed {
    std::string_view mark, program;
};
constexpr Compressed compressed[] = {{"\x1F\x8B", "gzip"}, {"\xFD\x37\x7A\x58\x5A", "xz"}};

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == line.npos; }

}  // namespace

CsvReader::CsvReader(ByteSource& source, std::size_t longest)
    : source_{source}, longest_{longest}, buffer_(std::min(first_block, longest)) {}

bool CsvReader::next(CsvRecord& record) {
    if (!started_) start();
    for (;;) {
        const auto found = find();
        if (found.length == 0) return false;
        if (found.fault == CsvFault::none && is_blank(rest().substr(0, found.length))) {
            if (any_row_) ++blank_lines_;
            consume(found.length);
            continue;
        }
        record.fault = CsvFault::none;
        record.blank = blank_lines_ > 0;
        if (record.blank) {  // the row after it is here: it was not a blank line at the end
            record.line = line_ - blank_lines_--;
            record.fields.assign(1, std::string_view{});
            return true;
        }
        fill(record, found);
        any_row_ = true;
        return true;
    }
}

CsvReader::Found CsvReader::find() {
    for (std::size_t searched = 0;;) {
        const auto text = rest();
        const auto end = text.find('\n', searched);
        const auto line = text.substr(0, end);
        // Few lines hold a quote, so the rules of quotes wait for the first one.
        if (end != text.npos || at_end_) {
            if (line.find('"') != line.npos) return find_quoted();
            return {end == text.npos ? text.size() : end + 1, CsvFault::none, false};
        }
        searched = text.size();
        if (text.size() >= longest_) return {text.size(), CsvFault::too_long, false};
        read_more();
    }
}

CsvReader::Found CsvReader::find_quoted() {
    for (;;) {
        const auto text = rest();
        // At the limit the text is taken for all there is: the quote then counts as never closed.
        const auto extent = scan_record(text, at_end_ || text.size() >= longest_);
        if (extent.complete && !at_end_ && text[extent.length - 1] != '\n')
            return {extent.length, CsvFault::too_long, true};
        if (extent.complete) return {extent.length, extent.fault, true};
        read_more();
    }
}

bool CsvReader::read_more() {
    if (at_end_) return false;
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) buffer_.resize(std::min(longest_, 2 * buffer_.size()));
    const auto got = source_.read(std::span{buffer_}.subspan(end_));
    end_ += got;
    at_end_ = got == 0;
    return got > 0;
}

bool CsvReader::begins_with(std::string_view mark) {
    while (rest().size() < mark.size() && mark.starts_with(rest()) && read_more()) {}
    return rest().starts_with(mark);
}

void CsvReader::start() {
    started_ = true;
    if (begins_with(byte_order_mark)) begin_ += byte_order_mark.size();
    for (const auto& [mark, program] : compressed) {
        if (begins_with(mark))
            throw RunError{fmt::format("the input is compressed, not CSV: unpack it with {} -dc", program)};
    }
}

void CsvReader::skip_long_line() {
    for (;;) {
        const auto end = rest().find('\n');
        if (end != std::string_view::npos) return consume(end + 1);
        begin_ = end_;
        if (!read_more()) return;
    }
}

void CsvReader::consume(std::size_t length) {
    const auto text = rest().substr(0, length);
    line_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    begin_ += length;
}

void CsvReader::fill(CsvRecord& record, const Found& found) {
    record.line = line_;
    record.fault = found.fault;
    record.fields.clear();
    if (found.fault == CsvFault::too_long) return skip_long_line();
    const auto text = without_line_end(rest().substr(0, found.length));
    const std::span<char> bytes{buffer_.data() + begin_, text.size()};
    consume(found.length);  // counts lines before unquoting moves bytes
    if (found.quoted && found.fault == CsvFault::none)
        split_record(bytes, record.fields);
    else
        split_plain(text, record.fields);
}

}  // namespace sonde::tool
