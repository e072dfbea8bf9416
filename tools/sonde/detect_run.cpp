// SPDX-License-Identifier: Apache-2.0
#include "detect_run.hpp"

#include <fmt/format.h>

#include <utility>

#include "errors.hpp"

namespace sonde::tool {
namespace {

std::string_view field_of(const CsvRecord& record, std::size_t column) {
    return column < record.fields.size() ? record.fields[column] : std::string_view{};
}

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

std::string summary_of(const DetectCounts& counts) {
    return fmt::format("{} row{}: {} anomalous, {} bad, {} warming up", counts.rows,
                       counts.rows == 1 ? "" : "s", counts.anomalous, counts.bad, counts.warming_up);
}

DetectRun::DetectRun(AnyDetector detector, ColumnChoice choice, bool strict, CsvWriter& out, Console& console)
    : detector_{std::move(detector)},
      choice_{std::move(choice)},
      strict_{strict},
      out_{out},
      console_{console} {}

void DetectRun::run(CsvReader& reader) {
    CsvRecord record;
    const bool any = reader.next(record);
    if (any) {
        if (record.fault == CsvFault::too_long)
            throw RunError{"the first row has no end within 1 MiB: not CSV"};
        columns_ = choose_columns(record.fields, choice_);
        if (!columns_.note.empty()) console_.message(columns_.note);
    }
    for (const std::string_view name : {"row", "timestamp", "value", "score", "level", "verdict"})
        out_.field(name);
    out_.end_row();
    try {
        if (any && !columns_.header) judge(record);
        while (any && reader.next(record)) judge(record);
    } catch (const RunError&) {
        out_.flush();  // what came before is the user's
        throw;
    }
    out_.flush();
}

void DetectRun::judge(const CsvRecord& record) {
    ++counts_.rows;
    ParsedNumber number{0, NumberFault::empty};
    if (record.fault == CsvFault::none) number = parse_number(field_of(record, columns_.value));
    std::optional<Verdict> verdict;
    if (record.fault == CsvFault::none && number.fault == NumberFault::none) {
        verdict = detector_.observe(number.value);
        if (verdict->score.status == Status::bad_input) verdict.reset();
    }
    if (!verdict) {
        report(record, problem_of(record, number.fault));
    } else if (verdict->score.status == Status::warming_up) {
        ++counts_.warming_up;
    } else if (verdict->anomalous) {
        ++counts_.anomalous;
    }
    write_row(record, verdict);
}

std::string DetectRun::problem_of(const CsvRecord& record, NumberFault fault) const {
    if (record.fault != CsvFault::none) return std::string{word_of(record.fault)};
    if (record.blank) return "a blank line";
    const auto columns = record.fields.size();
    if (columns_.value >= columns)
        return fmt::format("{} column{} only, no {}", columns, columns == 1 ? "" : "s", columns_.value_name);
    const auto text = shown(record.fields[columns_.value]);
    switch (fault) {
        case NumberFault::empty:
            return fmt::format("{} is empty", columns_.value_name);
        case NumberFault::not_finite:
            return fmt::format("{} is {}, not finite", columns_.value_name, text);
        case NumberFault::out_of_range:
            return fmt::format("{} is {}, out of a double's range", columns_.value_name, text);
        case NumberFault::not_a_number:
            return fmt::format("{} is {}, not a number", columns_.value_name, text);
        case NumberFault::none:
            break;
    }
    return fmt::format("{} is {}, which the detector does not take", columns_.value_name, text);
}

void DetectRun::report(const CsvRecord& record, const std::string& problem) {
    ++counts_.bad;
    if (strict_) throw RunError{fmt::format("line {}: {}; --strict ends the run here", record.line, problem)};
    if (counts_.bad <= reported_bad_rows) console_.message(fmt::format("line {}: {}", record.line, problem));
    if (counts_.bad == reported_bad_rows)
        console_.message(fmt::format("{} bad rows so far; further ones are only counted", reported_bad_rows));
}

void DetectRun::write_row(const CsvRecord& record, const std::optional<Verdict>& verdict) {
    out_.field(counts_.rows);
    out_.field(columns_.timestamp ? field_of(record, *columns_.timestamp) : std::string_view{});
    out_.field(field_of(record, columns_.value));
    if (verdict) {
        out_.field(verdict->score.value);
        out_.field(verdict->level());
    } else {
        out_.field(std::string_view{});
        out_.field(std::string_view{});
    }
    out_.field(word_of(verdict));
    out_.end_row();
}

}  // namespace sonde::tool
