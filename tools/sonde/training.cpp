// SPDX-License-Identifier: Apache-2.0
#include "training.hpp"

#include <fmt/format.h>

#include "detect_rows.hpp"
#include "input_file.hpp"

namespace sonde::tool {

void TrainingRows::add(const FeatureReader& reader, bool labelled) {
    columns = reader.row().size();
    values.insert(values.end(), reader.row().begin(), reader.row().end());
    if (labelled) labels.push_back(reader.label());
}

TrainingRows read_training_file(const std::string& name, FeatureReader& reader, bool labelled, bool strict,
                                Console& console) {
    InputFile input{name};
    CsvReader csv{input};
    BadRows bad_rows{strict, console, fmt::format("{}, ", name)};
    TrainingRows rows;
    const auto take = [&](const CsvRecord& record) {
        reader.look_at(record);
        const auto problem = reader.read(record, labelled);
        if (problem.empty())
            rows.add(reader, labelled);
        else
            bad_rows.report(record, problem);
    };
    CsvRecord record;
    const bool any = read_first_row(csv, record);
    if (any && reader.start(record)) take(record);
    while (any && csv.next(record)) take(record);
    rows.bad = bad_rows.count();
    return rows;
}

}  // namespace sonde::tool
