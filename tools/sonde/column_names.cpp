// SPDX-License-Identifier: Apache-2.0
#include "column_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "errors.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

using Index = std::optional<std::size_t>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

}  // namespace

bool is_number(std::string_view field) {
    const auto fault = parse_number(field).fault;
    return fault != NumberFault::empty && fault != NumberFault::not_a_number;
}

bool looks_like_header(Fields fields) {
    bool any = false;
    for (const auto field : fields) {
        if (is_number(field) || is_date(field) || is_missing(field)) return false;
        any = any || !trimmed(field).empty();
    }
    return any;
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

Index named(Fields fields, std::string_view name, bool exact) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto field = trimmed(fields[i]);
        if (exact ? field == name : lower(field) == lower(name)) return i;
    }
    return {};
}

std::size_t resolve(Fields fields, bool header, std::string_view option, const std::string& wanted) {
    Index found;
    if (header) found = named(fields, wanted, true);
    if (!found) found = position_of(wanted);
    if (!found && header) found = named(fields, wanted, false);
    if (found && *found < fields.size()) return *found;
    throw UsageError{fmt::format("{} is {}, must be {}", option, shown(wanted), list_of(fields, header))};
}

bool is_name(const std::optional<std::string>& choice) {
    return choice && *choice != "none" && !position_of(*choice);
}

std::string name_of(Fields fields, bool header, std::size_t column) {
    return header ? shown(trimmed(fields[column])) : fmt::format("column {}", column + 1);
}

std::string list_of(Fields fields, bool header) {
    std::string numbers = fields.size() == 1 ? "1" : fmt::format("1 to {}", fields.size());
    if (!header) return numbers;
    std::vector<std::string> names;
    for (const auto field : fields) names.push_back(shown(trimmed(field)));
    return fmt::format("{}, or one of {}", numbers, fmt::join(names, ", "));
}

}  // namespace sonde::tool
