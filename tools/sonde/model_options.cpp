// SPDX-License-Identifier: Apache-2.0
#include "model_options.hpp"

#include <fmt/format.h>

#include "detect_catalogue.hpp"
#include "errors.hpp"

namespace sonde::tool {
namespace {

const ModelEntry& entry_of(const ParsedOptions& parsed) {
    const auto name = parsed.value("--detector");
    if (!name) return model_catalogue()[0];
    if (const auto* entry = find_model(*name)) return *entry;
    if (find_row_forecaster(*name) != nullptr)
        throw UsageError{
            fmt::format("{} is trained by 'sonde detect --detector {} --train-file FILE "
                        "--save-model FILE'",
                        *name, *name)};
    throw UsageError{
        fmt::format("{} learns as it judges: there is nothing to train; see 'sonde detect --list'",
                    find_stream_detector(*name).name)};
}

}  // namespace

ModelChoice model_choice_of(const ParsedOptions& parsed, std::span<const OptionSpec> command_options) {
    const auto& entry = entry_of(parsed);
    ModelChoice choice{
        &entry, settings_for(entry.name, entry.options, common_model_options(), command_options, parsed)};
    if (entry.supervised && !parsed.has("--label"))
        throw UsageError{fmt::format("{} learns from labels: --label COLUMN is missing", entry.name)};
    check_settings([&] { check_model_settings(entry.name, choice.settings); });
    return choice;
}

FeatureChoice feature_choice_of(const ParsedOptions& parsed) {
    FeatureChoice choice;
    choice.header = header_of(parsed);
    if (const auto list = parsed.value("--columns")) choice.columns = split_names("--columns", *list);
    choice.timestamp = parsed.value("--timestamp-column");
    choice.label = parsed.value("--label");
    return choice;
}

}  // namespace sonde::tool
