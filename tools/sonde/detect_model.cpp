// SPDX-License-Identifier: Apache-2.0
#include "detect_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "detect.hpp"
#include "detect_catalogue.hpp"
#include "detect_session.hpp"
#include "errors.hpp"
#include "model_options.hpp"
#include "model_order.hpp"
#include "model_run.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

constexpr std::array sources{"--train", "--train-file", "--model"};
constexpr std::array others{"--columns", "--label", "--save-model", "--false-alarm-rate"};

std::uint64_t train_of(const ParsedOptions& parsed) {
    const auto text = parsed.value("--train");
    if (!text) return 0;
    std::uint64_t rows = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, rows);
    if (error != std::errc{} || stop != end || rows == 0)
        throw UsageError{fmt::format("--train is {}, must be a whole number of at least 1", shown(*text))};
    return rows;
}

std::optional<double> rate_of(const ParsedOptions& parsed) {
    const auto text = parsed.value("--false-alarm-rate");
    if (!text) return {};
    const auto number = parse_number(*text);
    if (number.fault != NumberFault::none || number.value <= 0 || number.value >= 1)
        throw UsageError{fmt::format("--false-alarm-rate is {}, must be in (0, 1)", shown(*text))};
    return number.value;
}

void check_combination(const ParsedOptions& parsed) {
    std::vector<std::string_view> given;
    for (const std::string_view source : sources)
        if (parsed.has(source)) given.push_back(source);
    if (given.empty())
        throw UsageError{
            fmt::format("{} learns before it judges: --train N, --train-file FILE or --model FILE is "
                        "missing",
                        *parsed.value("--detector"))};
    if (given.size() > 1) throw UsageError{fmt::format("{} exclude each other", fmt::join(given, " and "))};
    if (parsed.has("--model")) {
        for (const char* name : {"--detector", "--save-model"})
            if (parsed.has(name))
                throw UsageError{
                    fmt::format("--model and {} exclude each other: the file is all of a model", name)};
    }
    if (parsed.has("--column"))
        throw UsageError{"--column is for detectors of one column; --columns names several"};
    if (parsed.has("--threshold") && parsed.has("--false-alarm-rate"))
        throw UsageError{"--threshold and --false-alarm-rate exclude each other"};
}

ModelOrder order_of(const ParsedOptions& parsed) {
    ModelOrder order;
    order.threshold = threshold_of(parsed);
    order.false_alarm_rate = rate_of(parsed);
    order.save = parsed.value("--save-model");
    if (parsed.has("--model")) {
        static_cast<void>(settings_for("a model that is read", {}, {}, detect_command_options(), parsed));
        return order;
    }
    if (parsed.has("--detector")) order.forecaster = find_row_forecaster(*parsed.value("--detector"));
    if (order.forecaster != nullptr) {
        order.settings = settings_for(order.forecaster->name, order.forecaster->options, {},
                                      detect_command_options(), parsed);
        if (parsed.has("--label"))
            throw UsageError{fmt::format("{} learns from no label", order.forecaster->name)};
        check_settings([&] { check_row_forecaster_settings(order.forecaster->name, order.settings); });
        return order;
    }
    auto model = model_choice_of(parsed, detect_command_options());
    order.entry = model.entry;
    order.settings = std::move(model.settings);
    return order;
}

/// The model of --train-file; `choice` then asks for the same columns in the next file.
RowDetector fit_file(const std::string& file, const ModelOrder& order, FeatureChoice& choice, bool strict,
                     Console& console) {
    return fit_ordered(order, read_training_file(file, choice, order.supervised(), strict, console), console);
}

}  // namespace

bool asks_for_model(const ParsedOptions& parsed) {
    if (const auto name = parsed.value("--detector"))
        return find_model(*name) != nullptr || find_row_forecaster(*name) != nullptr;
    return std::any_of(sources.begin(), sources.end(), [&](const char* name) { return parsed.has(name); });
}

void refuse_model_options(const ParsedOptions& parsed, std::string_view detector) {
    const auto refuse = [&](std::span<const char* const> names) {
        for (const char* name : names)
            if (parsed.has(name))
                throw UsageError{
                    fmt::format("{} is for detectors that learn before they judge, not for {}; see --list",
                                name, detector)};
    };
    refuse(sources);
    refuse(others);
}

int detect_with_model(const ParsedOptions& parsed) {
    check_combination(parsed);
    const auto order = order_of(parsed);
    auto choice = feature_choice_of(parsed);
    const bool strict = parsed.has("--strict");
    const auto training_file = parsed.value("--train-file");
    Console console;
    if (training_file && order.save && parsed.positional.empty()) {  // somebody else judges
        static_cast<void>(fit_file(*training_file, order, choice, strict, console));
        return exit_fine;
    }
    const auto& file = file_of(parsed);
    for (const char* other : {"--train-file", "--model"})
        if (file == "-" && parsed.value(other) == "-")
            throw UsageError{fmt::format("standard input cannot be both FILE and {}", other)};
    DetectSession session{file, console};
    ModelSource source;
    if (training_file) {
        source.detector = fit_file(*training_file, order, choice, strict, console);
    } else if (const auto model = parsed.value("--model")) {
        source.detector = read_ordered(order, *model);
    } else {
        source.train = train_of(parsed);
        source.labelled = order.supervised();
        source.fit = [&](const TrainingRows& rows) { return fit_ordered(order, rows, console); };
    }
    ModelRun run{std::move(source), strict, session.writer(), console};
    const auto all = [&](PeekableSource& input) { run.run(*open_rows(input, std::move(choice))); };
    return session.judge(run.counts(), all);
}

}  // namespace sonde::tool
