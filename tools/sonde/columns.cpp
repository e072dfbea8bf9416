// SPDX-License-Identifier: Apache-2.0
#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "errors.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

using Fields = std::span<const std::string_view>;
using Index = std::optional<std::size_t>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view field) {
    const auto fault = parse_number(field).fault;
    return fault != NumberFault::empty && fault != NumberFault::not_a_number;
}

/// 2014-03-07 03:41:00, 2014-03-07T03:41:00.5Z, 07/03/2014, 03:41
bool is_date(std::string_view field) {
    field = trimmed(field);
    return !field.empty() && is_digit(field[0]) &&
           field.find_first_not_of("0123456789-/:.+TZ ") == field.npos &&
           field.find_first_of("-/:") != field.npos;
}

bool is_missing(std::string_view field) {
    constexpr std::array<std::string_view, 7> markers{"na", "n/a", "null", "none", "-", "?", "missing"};
    return std::find(markers.begin(), markers.end(), lower(trimmed(field))) != markers.end();
}

bool names_time(std::string_view field) {
    constexpr std::array<std::string_view, 5> names{"timestamp", "time", "ts", "date", "datetime"};
    std::string name;
    for (const char c : lower(trimmed(field)))
        if (c != '_' && c != '-' && c != '@') name += c;
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_epoch(std::string_view field) {
    field = trimmed(field);
    return field.size() >= 9 && std::all_of(field.begin(), field.end(), is_digit);
}

Index position_of(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0) return {};
    return number - 1;
}

Index named(Fields fields, std::string_view name, bool exact) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto field = trimmed(fields[i]);
        if (exact ? field == name : lower(field) == lower(name)) return i;
    }
    return {};
}

std::string list_of(Fields fields, bool header) {
    const std::string numbers = fields.size() == 1 ? "1" : fmt::format("1 to {}", fields.size());
    if (!header) return numbers;
    std::vector<std::string> names;
    for (const auto field : fields) names.push_back(shown(trimmed(field)));
    return fmt::format("{}, or one of {}", numbers, fmt::join(names, ", "));
}

/// A name as it is written, then a number, then a name in any case.
std::size_t resolve(Fields fields, bool header, std::string_view option, const std::string& wanted) {
    Index found;
    if (header) found = named(fields, wanted, true);
    if (!found) found = position_of(wanted);
    if (!found && header) found = named(fields, wanted, false);
    if (found && *found < fields.size()) return *found;
    throw UsageError{fmt::format("{} is {}, must be {}", option, shown(wanted), list_of(fields, header))};
}

Index guess_time(Fields fields, bool header) {
    if (fields.size() < 2) return {};
    if (header) {
        const auto found = std::find_if(fields.begin(), fields.end(), names_time);
        if (found == fields.end()) return {};
        return static_cast<std::size_t>(found - fields.begin());
    }
    if (fields.size() == 2 || is_date(fields[0]) || is_epoch(fields[0])) return 0;
    return {};
}

std::size_t guess_value(Fields fields, const Columns& columns) {
    if (columns.header) {
        const auto found = named(fields, "value", false);
        if (found && found != columns.timestamp) return *found;
    }
    return columns.timestamp == Index{0} && fields.size() > 1 ? 1 : 0;
}

std::string name_of(Fields fields, bool header, std::size_t column) {
    return header ? shown(trimmed(fields[column])) : fmt::format("column {}", column + 1);
}

bool is_name(const std::optional<std::string>& choice) {
    return choice && *choice != "none" && !position_of(*choice);
}

}  // namespace

bool looks_like_header(Fields fields) {
    bool any = false;
    for (const auto field : fields) {
        if (is_number(field) || is_date(field) || is_missing(field)) return false;
        any = any || !trimmed(field).empty();
    }
    return any;
}

Columns choose_columns(Fields first_row, const ColumnChoice& choice) {
    Columns columns;
    const bool by_name = is_name(choice.value) || is_name(choice.timestamp);
    if (choice.header == false && by_name)
        throw UsageError{
            "--no-header leaves no names: --column and --timestamp-column must be numbers from 1"};
    columns.header = choice.header.value_or(by_name || looks_like_header(first_row));

    if (!choice.timestamp)
        columns.timestamp = guess_time(first_row, columns.header);
    else if (*choice.timestamp != "none")
        columns.timestamp = resolve(first_row, columns.header, "--timestamp-column", *choice.timestamp);

    if (choice.value) {
        columns.value = resolve(first_row, columns.header, "--column", *choice.value);
        if (!choice.timestamp && columns.timestamp == columns.value) columns.timestamp.reset();
    } else {
        columns.value = guess_value(first_row, columns);
    }
    columns.value_name = name_of(first_row, columns.header, columns.value);

    const std::size_t candidates = first_row.size() - (columns.timestamp ? 1 : 0);
    if (!choice.value && candidates > 1)
        columns.note = fmt::format("reading {}; --column may be {}", columns.value_name,
                                   list_of(first_row, columns.header));
    return columns;
}

}  // namespace sonde::tool
