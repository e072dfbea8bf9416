// SPDX-License-Identifier: Apache-2.0
#include "detect_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "errors.hpp"
#include "number.hpp"

namespace sonde::tool {
namespace {

bool contains(std::span<const DetectorOption> options, std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto& option) { return option.name == name; });
}

template <class Entry>
const Entry* find_in(std::span<const Entry> table, std::string_view name) noexcept {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace

std::vector<DetectorEntry> stream_detectors() {
    std::vector<DetectorEntry> entries;
    for (const auto& table : {detector_catalogue(), stream_model_catalogue()})
        entries.insert(entries.end(), table.begin(), table.end());
    return entries;
}

DetectorEntry find_stream_detector(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& entry : stream_detectors()) {
        if (entry.name == name) return entry;
        names.emplace_back(entry.name);
    }
    for (const auto& entry : model_catalogue()) names.emplace_back(entry.name);
    for (const auto& entry : row_forecaster_catalogue()) names.emplace_back(entry.name);
    const auto near = nearest(name, names);
    throw UsageError{fmt::format("unknown detector {}; {}it must be one of {}", shown(name),
                                 near ? fmt::format("did you mean {}? ", *near) : std::string{},
                                 fmt::join(names, ", "))};
}

const ModelEntry* find_model(std::string_view name) noexcept { return find_in(model_catalogue(), name); }

const RowForecasterEntry* find_row_forecaster(std::string_view name) noexcept {
    return find_in(row_forecaster_catalogue(), name);
}

void add_detector_options(std::vector<OptionSpec>& specs, std::span<const DetectorOption> options) {
    for (const auto& option : options) {
        const std::string name = fmt::format("--{}", option.name);
        const auto same = [&](const auto& spec) { return spec.name == name; };
        if (std::none_of(specs.begin(), specs.end(), same)) specs.push_back({name, "VALUE", ""});
    }
}

std::vector<DetectorSetting> settings_for(std::string_view name, std::span<const DetectorOption> own,
                                          std::span<const DetectorOption> common,
                                          std::span<const OptionSpec> command_options,
                                          const ParsedOptions& parsed) {
    std::vector<DetectorSetting> settings;
    for (const auto& [dashed, value] : parsed.given) {
        const auto same = [&, &given = dashed](const auto& option) { return option.name == given; };
        if (std::any_of(command_options.begin(), command_options.end(), same)) continue;
        const std::string option = dashed.substr(2);
        if (!contains(own, option) && !contains(common, option)) {
            std::vector<std::string> names;
            for (const auto& known : own) names.push_back(fmt::format("--{}", known.name));
            throw UsageError{
                fmt::format("{} is no option of {}, which takes {}", dashed, name,
                            names.empty() ? "none of its own" : fmt::format("{}", fmt::join(names, ", ")))};
        }
        settings.push_back({option, value});
    }
    return settings;
}

std::optional<double> threshold_of(const ParsedOptions& parsed) {
    const auto text = parsed.value("--threshold");
    if (!text) return {};
    const auto number = parse_number(*text);
    if (number.fault != NumberFault::none || number.value <= 0)
        throw UsageError{fmt::format("--threshold is {}, must be a number above 0", shown(*text))};
    return number.value;
}

std::optional<bool> header_of(const ParsedOptions& parsed) {
    if (parsed.has("--header") && parsed.has("--no-header"))
        throw UsageError{"--header and --no-header exclude each other"};
    if (parsed.has("--header") || parsed.has("--no-header")) return parsed.has("--header");
    return {};
}

const std::string& file_of(const ParsedOptions& parsed) {
    if (parsed.positional.empty()) throw UsageError{"a FILE is missing; '-' reads standard input"};
    if (parsed.positional.size() > 1)
        throw UsageError{fmt::format("one FILE only, but there are {}: {}", parsed.positional.size(),
                                     fmt::join(parsed.positional, ", "))};
    return parsed.positional[0];
}

std::string words_of(const SettingError& error) {
    return fmt::format("--{} is {}, must be {}", error.setting.name, shown(error.setting.value),
                       error.allowed);
}

}  // namespace sonde::tool
