// SPDX-License-Identifier: Apache-2.0
#include "csv_scan.hpp"

#include <algorithm>

namespace sonde::tool {
namespace {

constexpr auto npos = std::string_view::npos;

CsvExtent first_line(std::string_view text, CsvFault fault) {
    const auto end = text.find('\n');
    return {true, end == npos ? text.size() : end + 1, fault};
}

/// The place after the closing quote of the field that opens at `open`; npos when it is not there.
std::size_t after_quoted(std::string_view text, std::size_t open) {
    for (auto at = open + 1;; at += 2) {
        at = text.find('"', at);
        if (at == npos) return npos;
        if (at + 1 == text.size() || text[at + 1] != '"') return at + 1;
    }
}

/// Unquotes the field that opens at `at`; `at` ends after its closing quote.
std::string_view unquote(std::span<char> record, std::size_t& at) {
    const auto start = ++at;
    auto out = start;
    for (; at < record.size(); ++at) {
        if (record[at] == '"' && (++at == record.size() || record[at] != '"')) break;
        record[out++] = record[at];
    }
    return {record.data() + start, out - start};
}

}  // namespace

CsvExtent scan_record(std::string_view text, bool last) {
    std::size_t at = 0;
    for (;;) {  // once per field; `at` is its first character
        if (at < text.size() && text[at] == '"') {
            at = after_quoted(text, at);
            if (at == npos) return last ? first_line(text, CsvFault::open_quote) : CsvExtent{};
            const auto rest = text.substr(at);
            if (rest.empty() || rest == "\r") return last ? CsvExtent{true, text.size()} : CsvExtent{};
            if (rest.starts_with("\r\n")) return {true, at + 2};
            if (rest[0] != ',' && rest[0] != '\n') return first_line(text, CsvFault::text_after_quote);
        } else {
            at = text.find_first_of(",\n", at);
            if (at == npos) return last ? CsvExtent{true, text.size()} : CsvExtent{};
        }
        if (text[at++] == '\n') return {true, at};
    }
}

void split_record(std::span<char> record, std::vector<std::string_view>& fields) {
    fields.clear();
    for (std::size_t at = 0;; ++at) {
        if (at < record.size() && record[at] == '"') {
            fields.push_back(unquote(record, at));
        } else {
            const auto start = at;
            while (at < record.size() && record[at] != ',') ++at;
            fields.emplace_back(record.data() + start, at - start);
        }
        if (at >= record.size()) return;
    }
}

void split_plain(std::string_view record, std::vector<std::string_view>& fields) {
    fields.clear();
    for (;;) {
        const auto comma = record.find(',');
        fields.push_back(record.substr(0, comma));
        if (comma == npos) return;
        record.remove_prefix(comma + 1);
    }
}

std::string_view without_line_end(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace sonde::tool
