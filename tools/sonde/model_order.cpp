// SPDX-License-Identifier: Apache-2.0
#include "model_order.hpp"

#include <fmt/format.h>

#include <utility>

#include "errors.hpp"
#include "input_file.hpp"
#include "replace_file.hpp"

namespace sonde::tool {
namespace {

double rate_of(const ModelOrder& order) {
    return order.false_alarm_rate.value_or(ScoreCalibration::default_false_alarm_rate);
}

AnyModelDetector detector_of(const ModelOrder& order, AnyModel model) {
    const double bound = order.threshold.value_or(model.calibration().threshold(rate_of(order)));
    return {std::move(model), FixedThreshold{bound}};
}

/// With another bound, if one is asked for.
RecurrentDetector detector_of(const ModelOrder& order, RecurrentDetector detector) {
    if (!order.threshold) return detector;
    return {detector.scorer(), FixedThreshold{*order.threshold}, detector.learn_from()};
}

AnyModel fit_model(const ModelOrder& order, const TrainingData& data) {
    return sonde::fit_model(order.entry->name, data, order.settings);
}

RecurrentDetector train_forecaster(const ModelOrder& order, const TrainingData& data) {
    return detector_of(order,
                       train_row_forecaster(order.forecaster->name, data, order.settings, rate_of(order)));
}

/// With a bar, unless there is one: of the file that is being read.
template <class Fit>
auto fit(const ModelOrder& order, const TrainingRows& rows, Console& console, Fit fit_one) {
    const auto progress = [&](const FitProgress& now) {
        console.fit_progress(now.done, now.total);
        return true;
    };
    const bool running = console.in_progress();
    if (!running) console.start_progress();
    TrainingData data{.rows = rows.view(), .labels = rows.labels};
    data.progress = progress;
    auto model = fit_one(order, data);
    if (!running) console.stop_progress();
    if (order.save) replace_file(*order.save, to_bytes(model));
    return model;
}

void tell(std::string_view name, const TrainingRows& rows, double threshold, Console& console) {
    const auto count = rows.view().rows();
    console.message(
        fmt::format("{}: trained on {} row{}{}; threshold {:.4g}", name, count, count == 1 ? "" : "s",
                    rows.bad > 0 ? fmt::format(", {} bad left out", rows.bad) : std::string{}, threshold));
}

}  // namespace

RowDetector fit_ordered(const ModelOrder& order, const TrainingRows& rows, Console& console) {
    if (rows.view().rows() == 0)
        throw UsageError{fmt::format("no row to train on{}", rows.bad > 0 ? ": every one is bad" : "")};
    if (order.forecaster != nullptr) {
        auto detector = fit(order, rows, console, train_forecaster);
        tell(order.forecaster->name, rows, detector.threshold().value(), console);
        return detector;
    }
    auto detector = detector_of(order, fit(order, rows, console, fit_model));
    tell(order.entry->name, rows, detector.threshold().value(), console);
    return detector;
}

RowDetector read_ordered(const ModelOrder& order, const std::string& file) {
    const auto text = read_all(file);
    const auto bytes = std::as_bytes(std::span{text});
    try {
        try {
            return detector_of(order, from_bytes<RecurrentDetector>(bytes));
        } catch (const FormatError&) {  // a model, or neither
            return detector_of(order, from_bytes<AnyModel>(bytes));
        }
    } catch (const FormatError& error) {
        throw RunError{fmt::format("cannot read {}: no whole model: {}", file, error.what())};
    }
}

}  // namespace sonde::tool
