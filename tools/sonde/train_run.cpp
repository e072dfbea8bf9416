// SPDX-License-Identifier: Apache-2.0
#include "train_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "errors.hpp"
#include "input_file.hpp"
#include "interrupt.hpp"
#include "loss_plot.hpp"
#include "replace_file.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::tool {
namespace {

TrainingState read_state(const std::string& file) {
    const auto bytes = read_all(file);
    try {
        return from_bytes<TrainingState>(std::as_bytes(std::span{bytes}));
    } catch (const FormatError& error) {
        throw RunError{fmt::format("cannot read {}: {}", file, error.what())};
    }
}

/// A training that is watched.
class Watched {
public:
    Watched(const TrainOrder& order, Console& console) : order_{order}, console_{console} {
        if (order.resume) resumed_ = read_state(*order.resume);
        if (resumed_) history_ = resumed_->history;
        first_ = history_.size();
    }

    /// \throws FitCancelled  Ctrl-C, and the model is none that is trained in epochs
    [[nodiscard]] AnyModel fit(const TrainingRows& rows) {
        const auto progress = [&](const FitProgress& now) { return show(now); };
        const auto save = [&](const TrainingState& state) { keep(state); };
        TrainingData data{.rows = rows.view(), .labels = rows.labels};
        data.progress = progress;
        if (order_.entry->in_epochs) {
            data.checkpoint = {.resume_from = resumed_ ? &*resumed_ : nullptr, .keep_when_ended = true};
            data.checkpoint.save = save;
        }
        console_.start_progress();
        AnyModel model = fit_model(order_.entry->name, data, order_.settings);
        console_.stop_progress();
        return model;
    }

    /// Of all epochs; none where there are no epochs.
    [[nodiscard]] const std::vector<EpochLosses>& history() const noexcept { return history_; }
    /// True when Ctrl-C ended it before its end.
    [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

private:
    void keep(const TrainingState& state) {
        history_ = state.history;
        if (order_.checkpoint) replace_file(*order_.checkpoint, to_bytes(state));
    }

    bool show(const FitProgress& now) {
        if (history_.empty())
            console_.fit_progress(now.done, now.total);
        else
            console_.training_progress(
                {first_, now.done, now.total, history_.back().training, history_.back().validation, {}});
        interrupted_ = interrupt_.requested() && now.done < now.total;
        return !interrupted_;
    }

    const TrainOrder& order_;
    Console& console_;
    std::optional<TrainingState> resumed_;
    std::vector<EpochLosses> history_;
    std::size_t first_ = 0;
    Interrupt interrupt_;
    bool interrupted_ = false;
};

void write_text(const std::string& file, std::string_view text) {
    replace_file(file, std::as_bytes(std::span{text.data(), text.size()}));
}

std::string words_of(const std::vector<EpochLosses>& history) {
    if (history.empty()) return {};
    const auto less = [](const auto& a, const auto& b) { return a.validation < b.validation; };
    const auto best = std::min_element(history.begin(), history.end(), less);
    std::string words =
        fmt::format("; {} epoch{}, the best {}: loss {:.4g}", history.size(), history.size() == 1 ? "" : "s",
                    best - history.begin() + 1, best->training);
    if (best->validation != best->training) words += fmt::format(", held out {:.4g}", best->validation);
    return words;
}

}  // namespace

int train_ordered(const TrainOrder& order, const TrainingRows& rows, Console& console) {
    const auto count = rows.view().rows();
    if (count == 0)
        throw UsageError{fmt::format("no row to train on{}", rows.bad > 0 ? ": every one is bad" : "")};
    Watched training{order, console};
    try {
        const AnyModel model = training.fit(rows);
        replace_file(order.output, to_bytes(model));
        const auto& history = training.history();
        if (order.history) write_text(*order.history, to_csv(history));
        if (order.plot) write_text(*order.plot, loss_plot(history, order.entry->name));
        if (training.interrupted()) console.message("interrupted: the model is the best one so far");
        console.message(fmt::format("{}: trained on {} row{}{}{}; threshold {:.4g}", order.entry->name, count,
                                    count == 1 ? "" : "s",
                                    rows.bad > 0 ? fmt::format(", {} bad left out", rows.bad) : std::string{},
                                    words_of(history), model.default_threshold()));
        return training.interrupted() ? exit_interrupted : exit_fine;
    } catch (const FitCancelled&) {
        console.message("interrupted: nothing was written");
        return exit_interrupted;
    }
}

}  // namespace sonde::tool
