// SPDX-License-Identifier: Apache-2.0
#include "features.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csv_scan.hpp"
#include "errors.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

bool contains(const std::vector<std::size_t>& columns, std::optional<std::size_t> column) {
    return column && std::find(columns.begin(), columns.end(), *column) != columns.end();
}

std::vector<std::size_t> asked_columns(Fields first_row, bool header, const FeatureChoice& choice) {
    std::vector<std::size_t> columns;
    for (const auto& wanted : choice.columns) {
        const auto column = resolve(first_row, header, choice.asked_by, wanted);
        if (contains(columns, column))
            throw UsageError{
                fmt::format("{} names {} twice", choice.asked_by, name_of(first_row, header, column))};
        columns.push_back(column);
    }
    return columns;
}

std::vector<std::size_t> number_columns(Fields first_data, const Features& features) {
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < first_data.size(); ++i)
        if (i != features.timestamp && i != features.label && is_number(first_data[i])) columns.push_back(i);
    if (columns.empty())
        throw UsageError{"the first row of data holds no number to judge; --columns says where they are"};
    return columns;
}

/// A name that finds this column, and no other.
std::string handle_of(Fields first_row, bool header, std::size_t column) {
    if (header && column < first_row.size()) {
        const auto name = trimmed(first_row[column]);
        if (!name.empty() && named(first_row, name, true) == column) return std::string{name};
    }
    return fmt::format("{}", column + 1);
}

void name_features(Features& features, Fields first_row, bool header) {
    for (const auto column : features.columns) {
        features.names.push_back(handle_of(first_row, header, column));
        features.shown.push_back(name_of(first_row, header && column < first_row.size(), column));
    }
}

}  // namespace

std::vector<std::string> split_names(const std::string& option, std::string list) {
    std::vector<std::string_view> fields;
    const bool faulty = scan_record(list, true).fault != CsvFault::none;
    if (!faulty) split_record(list, fields);
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const auto field : fields) names.emplace_back(trimmed(field));
    if (names.empty() || std::any_of(names.begin(), names.end(), [](const auto& x) { return x.empty(); }))
        throw UsageError{
            fmt::format("{} is {}, must be names or numbers with a comma between them", option, shown(list))};
    return names;
}

bool has_header(Fields first_row, const FeatureChoice& choice) {
    const bool by_name = is_name(choice.timestamp) || is_name(choice.label) ||
                         std::any_of(choice.columns.begin(), choice.columns.end(), is_name);
    if (choice.header == false && by_name)
        throw UsageError{
            "--no-header leaves no names: columns, label and timestamp column must be numbers from 1"};
    return choice.header.value_or(by_name || looks_like_header(first_row));
}

Features choose_features(Fields first_row, bool header, Fields first_data, const FeatureChoice& choice) {
    Features features;
    if (!choice.timestamp)
        features.timestamp = guess_time(first_row, header);
    else if (*choice.timestamp != "none")
        features.timestamp = resolve(first_row, header, "--timestamp-column", *choice.timestamp);
    if (choice.label) {
        features.label = resolve(first_row, header, "--label", *choice.label);
        if (!choice.timestamp && features.timestamp == features.label) features.timestamp.reset();
    }

    const bool guessed = choice.columns.empty();
    features.columns =
        guessed ? number_columns(first_data, features) : asked_columns(first_row, header, choice);
    if (contains(features.columns, features.label))
        throw UsageError{fmt::format("--label {} is one of {}", name_of(first_row, header, *features.label),
                                     choice.asked_by)};
    if (!choice.timestamp && contains(features.columns, features.timestamp)) features.timestamp.reset();
    name_features(features, first_row, header);
    if (guessed)
        features.note = fmt::format("reading {}; --columns may be {}", fmt::join(features.shown, ", "),
                                    list_of(first_row, header));
    return features;
}

}  // namespace sonde::tool
