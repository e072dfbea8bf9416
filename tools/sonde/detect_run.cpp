// SPDX-License-Identifier: Apache-2.0
#include "detect_run.hpp"

#include <utility>

#include "errors.hpp"

namespace sonde::tool {

DetectRun::DetectRun(AnyDetector detector, ColumnChoice choice, bool strict, CsvWriter& out, Console& console)
    : detector_{std::move(detector)},
      choice_{std::move(choice)},
      out_{out},
      console_{console},
      bad_rows_{strict, console} {}

void DetectRun::run(CsvReader& reader) {
    CsvRecord record;
    const bool any = read_first_row(reader, record);
    if (any) {
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
    const auto number = number_of(record, columns_.value);
    std::optional<Verdict> verdict;
    if (number.fault == NumberFault::none) {
        verdict = detector_.observe(number.value);
        if (verdict->score.status == Status::bad_input) verdict.reset();
    }
    counts_.add(verdict);
    if (!verdict)
        bad_rows_.report(place_of(record),
                         problem_of(record, columns_.value, columns_.value_name, number.fault));
    out_.field(counts_.rows);
    out_.field(columns_.timestamp ? field_of(record, *columns_.timestamp) : std::string_view{});
    out_.field(field_of(record, columns_.value));
    write_verdict(out_, verdict);
}

}  // namespace sonde::tool
