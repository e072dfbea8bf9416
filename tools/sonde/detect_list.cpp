// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "detect.hpp"
#include "detect_catalogue.hpp"

namespace sonde::tool {
namespace {

std::vector<OptionSpec> table_of(std::span<const DetectorOption> options) {
    std::vector<OptionSpec> rows;
    for (const auto& option : options) {
        const std::string unset =
            option.default_value.empty() ? "" : fmt::format(", default {}", option.default_value);
        rows.push_back({fmt::format("--{}", option.name), "VALUE",
                        fmt::format("{}\n{}{}", option.help, option.allowed, unset)});
    }
    return rows;
}

/// The bound depends on other options, so a detector with their defaults is asked.
OptionSpec threshold_of(const DetectorEntry& entry) {
    const double bound = entry.make({}, {}).observe(0.0).threshold;
    return {
        "--threshold", "X",
        fmt::format("a bound for the score\na number above 0, default {} unless another option changes it",
                    bound)};
}

std::string section_of(std::string_view name, std::string_view purpose, std::span<const OptionSpec> options) {
    return fmt::format("{}: {}\n{}\n", name, purpose, describe_options(options));
}

}  // namespace

std::string detector_list() {
    std::string text = "Detectors of one column, which learn as they judge\n\n";
    for (const auto& entry : stream_detectors()) {
        auto options = table_of(entry.options);
        options.push_back(threshold_of(entry));
        text += section_of(entry.name, entry.purpose, options);
    }
    text += "with every one of these:\n" + describe_options(table_of(common_detector_options()));
    text += "\nDetectors of several columns, which learn first: --train, --train-file or --model\n\n";
    for (const auto& entry : model_catalogue())
        text += section_of(entry.name, entry.purpose, table_of(entry.options));
    auto common = table_of(common_model_options());
    common.push_back(
        {"--threshold", "X",
         "a bound for the score\na number above 0, default: what 1 % of the training rows exceed"});
    text += "with every one of these:\n" + describe_options(common);
    text += "\nForecasters of several columns in the order of time, which learn first in the same way\n\n";
    for (const auto& entry : row_forecaster_catalogue())
        text += section_of(entry.name, entry.purpose, table_of(entry.options));
    return text;
}

}  // namespace sonde::tool
