// SPDX-License-Identifier: Apache-2.0
#include "train.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "errors.hpp"
#include "model_options.hpp"
#include "replace_file.hpp"
#include "train_run.hpp"

namespace sonde::tool {
namespace {

std::string file_of(const ParsedOptions& parsed, std::string_view option) {
    const auto file = parsed.value(option);
    if (!file) throw UsageError{fmt::format("{} FILE is missing", option)};
    return *file;
}

TrainOrder order_of(const ParsedOptions& parsed) {
    auto model = model_choice_of(parsed, train_command_options());
    for (const char* option : {"--checkpoint", "--resume", "--history", "--plot"})
        if (parsed.has(option) && !model.entry->in_epochs)
            throw UsageError{
                fmt::format("{} is for networks, and {} is none: it does not learn in epochs; leave it out",
                            option, model.entry->name)};
    return {.entry = model.entry,
            .settings = std::move(model.settings),
            .output = file_of(parsed, "--output"),
            .checkpoint = parsed.value("--checkpoint"),
            .resume = parsed.value("--resume"),
            .history = parsed.value("--history"),
            .plot = parsed.value("--plot")};
}

}  // namespace

int run_train(Arguments arguments) {
    const auto options = train_options();
    const auto parsed = parse_options(arguments, options);
    if (parsed.has("--help")) {
        print(train_help());
        return exit_fine;
    }
    if (!parsed.positional.empty())
        throw UsageError{
            fmt::format("{} stands alone; --input FILE says what to learn from", parsed.positional.front())};
    const std::string input = file_of(parsed, "--input");
    const auto order = order_of(parsed);
    auto choice = feature_choice_of(parsed);
    for (const auto& file : {std::optional{order.output}, order.checkpoint, order.history, order.plot})
        if (file) check_replaceable(*file);
    Console console;
    const auto rows =
        read_training_file(input, choice, order.entry->supervised, parsed.has("--strict"), console);
    return train_ordered(order, rows, console);
}

}  // namespace sonde::tool
