// SPDX-License-Identifier: Apache-2.0
#include "columns.hpp"

#include <fmt/format.h>

#include "errors.hpp"

namespace sonde::tool {
namespace {

std::size_t guess_value(Fields fields, const Columns& columns) {
    if (columns.header) {
        const auto found = named(fields, "value", false);
        if (found && found != columns.timestamp) return *found;
    }
    return columns.timestamp == std::optional<std::size_t>{0} && fields.size() > 1 ? 1 : 0;
}

}  // namespace

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
