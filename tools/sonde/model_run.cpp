// SPDX-License-Identifier: Apache-2.0
#include "model_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "errors.hpp"

namespace sonde::tool {
namespace {

constexpr Verdict in_training{{0, Status::warming_up}, 1, false};

}  // namespace

ModelRun::ModelRun(ModelSource source, bool strict, CsvWriter& out, Console& console)
    : source_{std::move(source)}, out_{out}, console_{console}, bad_rows_{strict, console} {}

void ModelRun::run(RowSource& rows) {
    rows.start();
    if (rows.ready()) announce(rows);
    for (const std::string_view name : {"row", "timestamp", "feature", "score", "level", "verdict"})
        out_.field(name);
    out_.end_row();
    try {
        while (rows.next()) take(rows);
    } catch (const RunError&) {
        out_.flush();  // what came before is the user's
        throw;
    }
    if (!source_.detector)
        throw UsageError{fmt::format("--train is {}, but there {} {} row{} only", source_.train,
                                     counts_.rows == 1 ? "is" : "are", counts_.rows,
                                     counts_.rows == 1 ? "" : "s")};
    out_.flush();
}

/// Once it is known what the features are.
void ModelRun::announce(const RowSource& rows) {
    announced_ = true;
    const auto& features = rows.features();
    shares_.resize(features.columns.size());
    if (!features.note.empty()) console_.message(features.note);
    const auto dimension = source_.detector ? source_.detector->dimension : shares_.size();
    if (dimension != shares_.size())
        throw UsageError{fmt::format("the model judges {} column{}, but {} {} read: {}", dimension,
                                     dimension == 1 ? "" : "s", shares_.size(),
                                     shares_.size() == 1 ? "is" : "are", fmt::join(features.shown, ", "))};
}

void ModelRun::take(RowSource& rows) {
    ++counts_.rows;
    if (rows.ready() && !announced_) announce(rows);
    const bool training = !source_.detector;
    auto problem = rows.read(training && source_.labelled);
    std::optional<Verdict> verdict;
    if (problem.empty()) verdict = training ? in_training : judge(rows.row());
    if (verdict && verdict->score.status == Status::bad_input) {
        verdict.reset();
        problem = "the model does not take it";
    }
    counts_.add(verdict);
    if (!verdict) bad_rows_.report(rows.place(), problem);
    out_.field(counts_.rows);
    out_.field(rows.timestamp());
    out_.field(verdict && verdict->anomalous ? blamed(rows) : std::string_view{});
    write_verdict(out_, verdict);
    if (training) learn(rows, verdict.has_value());
}

Verdict ModelRun::judge(const Row& row) {
    auto& [dimension, learns, detector] = *source_.detector;
    if (learns) detector.attribute(row, shares_);  // before it changes what it says
    return detector.observe(row);
}

/// Keeps a row for training; the last of them ends it.
void ModelRun::learn(const RowSource& rows, bool usable) {
    if (usable)
        training_.add(rows, source_.labelled);
    else
        ++training_.bad;
    if (counts_.rows < source_.train) return;
    out_.flush();  // a fit may take its time
    source_.detector = source_.fit(std::exchange(training_, {}));
}

/// The feature with the largest share of the score; none when no feature has a share.
std::string_view ModelRun::blamed(const RowSource& rows) {
    if (!source_.detector->learns) source_.detector->detector.attribute(rows.row(), shares_);
    const auto largest = std::max_element(shares_.begin(), shares_.end());
    if (*largest <= 0) return {};
    return rows.features().names[static_cast<std::size_t>(largest - shares_.begin())];
}

}  // namespace sonde::tool
