// SPDX-License-Identifier: Apache-2.0
#include "detect_rows.hpp"

#include <fmt/format.h>

#include "errors.hpp"

namespace sonde::tool {
namespace {

std::string_view word_of(const std::optional<Verdict>& verdict) {
    if (!verdict) return "bad_input";
    if (verdict->score.status == Status::warming_up) return "warming_up";
    return verdict->anomalous ? "anomalous" : "normal";
}

std::string_view word_of(CsvFault fault) {
    switch (fault) {
        case CsvFault::text_after_quote:
            return "text after a closing quote";
        case CsvFault::open_quote:
            return "a quote that is never closed";
        case CsvFault::too_long:
            return "longer than a row may be (1 MiB)";
        case CsvFault::none:
            break;
    }
    return "";
}

}  // namespace

void DetectCounts::add(const std::optional<Verdict>& verdict) noexcept {
    if (!verdict)
        ++bad;
    else if (verdict->score.status == Status::warming_up)
        ++warming_up;
    else if (verdict->anomalous)
        ++anomalous;
}

std::string summary_of(const DetectCounts& counts) {
    return fmt::format("{} row{}: {} anomalous, {} bad, {} warming up", counts.rows,
                       counts.rows == 1 ? "" : "s", counts.anomalous, counts.bad, counts.warming_up);
}

void BadRows::report(std::string_view place, std::string_view problem) {
    if (++count_ > reported_bad_rows && !strict_) return;
    const std::string text = fmt::format("{}{}: {}", where_, place, problem);
    if (strict_) throw RunError{fmt::format("{}; --strict ends the run here", text)};
    console_.message(text);
    if (count_ == reported_bad_rows)
        console_.message(fmt::format("{} bad rows so far; further ones are only counted", reported_bad_rows));
}

bool read_first_row(CsvReader& reader, CsvRecord& record) {
    if (!reader.next(record)) return false;
    if (record.fault == CsvFault::too_long) throw RunError{"the first row has no end within 1 MiB: not CSV"};
    return true;
}

std::string place_of(const CsvRecord& record) { return fmt::format("line {}", record.line); }

std::string_view field_of(const CsvRecord& record, std::size_t column) {
    return column < record.fields.size() ? record.fields[column] : std::string_view{};
}

ParsedNumber number_of(const CsvRecord& record, std::size_t column) {
    if (record.fault != CsvFault::none) return {0, NumberFault::empty};
    return parse_number(field_of(record, column));
}

std::string problem_of(const CsvRecord& record, std::size_t column, std::string_view name, NumberFault fault,
                       std::string_view type) {
    if (record.fault != CsvFault::none) return std::string{word_of(record.fault)};
    if (record.blank) return "a blank line";
    const auto columns = record.fields.size();
    if (column >= columns)
        return fmt::format("{} column{} only, no {}", columns, columns == 1 ? "" : "s", name);
    const auto text = shown(record.fields[column]);
    switch (fault) {
        case NumberFault::empty:
            return fmt::format("{} is empty", name);
        case NumberFault::not_finite:
            return fmt::format("{} is {}, not finite", name, text);
        case NumberFault::out_of_range:
            return fmt::format("{} is {}, out of a {}'s range", name, text, type);
        case NumberFault::not_a_number:
            return fmt::format("{} is {}, not a number", name, text);
        case NumberFault::none:
            break;
    }
    return fmt::format("{} is {}, which the detector does not take", name, text);
}

void write_verdict(CsvWriter& out, const std::optional<Verdict>& verdict) {
    if (verdict) {
        out.field(verdict->score.value);
        out.field(verdict->level());
    } else {
        out.field(std::string_view{});
        out.field(std::string_view{});
    }
    out.field(word_of(verdict));
    out.end_row();
}

}  // namespace sonde::tool
