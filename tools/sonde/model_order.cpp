// SPDX-License-Identifier: Apache-2.0
#include "model_order.hpp"

#include <fmt/format.h>

#include <utility>

#include "errors.hpp"
#include "input_file.hpp"
#include "replace_file.hpp"

namespace sonde::tool {
namespace {

AnyModel fit(const ModelOrder& order, const TrainingRows& rows, Console& console) {
    const auto progress = [&](const FitProgress& now) {
        console.fit_progress(now.done, now.total);
        return true;
    };
    const bool running = console.in_progress();  // the bar of the file that is being read
    if (!running) console.start_progress();
    TrainingData data{.rows = rows.view(), .labels = rows.labels};
    data.progress = progress;
    AnyModel model = fit_model(order.entry->name, data, order.settings);
    if (!running) console.stop_progress();
    return model;
}

AnyModelDetector detector_of(const ModelOrder& order, AnyModel model) {
    const double bound = order.threshold ? *order.threshold
                                         : model.calibration().threshold(order.false_alarm_rate.value_or(
                                               ScoreCalibration::default_false_alarm_rate));
    return {std::move(model), FixedThreshold{bound}};
}

}  // namespace

AnyModelDetector fit_ordered(const ModelOrder& order, const TrainingRows& rows, Console& console) {
    const auto count = rows.view().rows();
    if (count == 0)
        throw UsageError{fmt::format("no row to train on{}", rows.bad > 0 ? ": every one is bad" : "")};
    const AnyModel model = fit(order, rows, console);
    if (order.save) replace_file(*order.save, to_bytes(model));
    auto detector = detector_of(order, model);
    console.message(fmt::format("{}: trained on {} row{}{}; threshold {:.4g}", order.entry->name, count,
                                count == 1 ? "" : "s",
                                rows.bad > 0 ? fmt::format(", {} bad left out", rows.bad) : std::string{},
                                detector.threshold().value()));
    return detector;
}

AnyModelDetector read_ordered(const ModelOrder& order, const std::string& file) {
    const auto bytes = read_all(file);
    try {
        return detector_of(order, from_bytes<AnyModel>(std::as_bytes(std::span{bytes})));
    } catch (const FormatError& error) {
        throw RunError{fmt::format("cannot read {}: {}", file, error.what())};
    }
}

}  // namespace sonde::tool
