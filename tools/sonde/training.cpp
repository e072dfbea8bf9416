// SPDX-License-Identifier: Apache-2.0
#include "training.hpp"

#include <fmt/format.h>

#include "detect_rows.hpp"
#include "input_file.hpp"
#include "peekable_source.hpp"

namespace sonde::tool {

void TrainingRows::add(const RowSource& source, bool labelled) {
    columns = source.row().size();
    values.insert(values.end(), source.row().begin(), source.row().end());
    if (labelled) labels.push_back(source.label());
}

TrainingRows read_training_file(const std::string& name, FeatureChoice& choice, bool labelled, bool strict,
                                Console& console) {
    InputFile input{name};
    PeekableSource bytes{input};
    const auto source = open_rows(bytes, choice);
    BadRows bad_rows{strict, console, fmt::format("{}, ", name)};
    TrainingRows rows;
    source->start();
    while (source->next()) {
        const auto problem = source->read(labelled);
        if (problem.empty())
            rows.add(*source, labelled);
        else
            bad_rows.report(source->place(), problem);
    }
    rows.bad = bad_rows.count();
    const auto& features = source->features();
    if (!features.note.empty()) console.message(features.note);
    choice.columns = features.names;
    choice.asked_by = fmt::format("a column of {}", name);
    choice.label.reset();
    return rows;
}

}  // namespace sonde::tool
