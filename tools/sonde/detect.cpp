// SPDX-License-Identifier: Apache-2.0
#include "detect.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "detect_run.hpp"
#include "errors.hpp"
#include "input_file.hpp"
#include "sonde/detectors/catalogue.hpp"

namespace sonde::tool {
namespace {

bool contains(std::span<const DetectorOption> options, std::string_view name) {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto& option) { return option.name == name; });
}

const DetectorEntry& find_detector(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& entry : detector_catalogue()) {
        if (entry.name == name) return entry;
        names.emplace_back(entry.name);
    }
    const auto near = nearest(name, names);
    throw UsageError{fmt::format("unknown detector {}; {}it must be one of {}", shown(name),
                                 near ? fmt::format("did you mean {}? ", *near) : std::string{},
                                 fmt::join(names, ", "))};
}

/// The options of the catalogue that were given, all of them `entry`'s own or common ones.
std::vector<DetectorSetting> settings_for(const DetectorEntry& entry, const ParsedOptions& parsed) {
    std::vector<DetectorSetting> settings;
    const auto command_options = detect_command_options();
    for (const auto& [dashed, value] : parsed.given) {
        const auto same = [&, &name = dashed](const auto& option) { return option.name == name; };
        if (std::any_of(command_options.begin(), command_options.end(), same)) continue;
        const std::string name = dashed.substr(2);
        if (!contains(entry.options, name) && !contains(common_detector_options(), name)) {
            std::vector<std::string> own;
            for (const auto& option : entry.options) own.push_back(fmt::format("--{}", option.name));
            throw UsageError{
                fmt::format("{} is no option of {}, which takes {}", dashed, entry.name,
                            own.empty() ? "none of its own" : fmt::format("{}", fmt::join(own, ", ")))};
        }
        settings.push_back({name, value});
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

AnyDetector make_from(const ParsedOptions& parsed) {
    const auto& entry =
        find_detector(parsed.value("--detector").value_or(std::string{detector_catalogue()[0].name}));
    try {
        return entry.make(settings_for(entry, parsed), threshold_of(parsed));
    } catch (const SettingError& error) {
        throw UsageError{fmt::format("--{} is {}, must be {}", error.setting.name, shown(error.setting.value),
                                     error.allowed)};
    }
}

ColumnChoice columns_of(const ParsedOptions& parsed) {
    if (parsed.has("--header") && parsed.has("--no-header"))
        throw UsageError{"--header and --no-header exclude each other"};
    ColumnChoice choice;
    if (parsed.has("--header") || parsed.has("--no-header")) choice.header = parsed.has("--header");
    choice.value = parsed.value("--column");
    choice.timestamp = parsed.value("--timestamp-column");
    return choice;
}

const std::string& file_of(const ParsedOptions& parsed) {
    if (parsed.positional.empty()) throw UsageError{"a FILE is missing; '-' reads standard input"};
    if (parsed.positional.size() > 1)
        throw UsageError{fmt::format("one FILE only, but there are {}: {}", parsed.positional.size(),
                                     fmt::join(parsed.positional, ", "))};
    return parsed.positional[0];
}

/// The exit code; the counts are the last line even when the run ends early.
int run_to_the_end(DetectRun& run, CsvReader& reader, Console& console) {
    int code = exit_fine;
    const auto& counts = run.counts();
    try {
        run.run(reader);
        if (counts.rows > 0 && counts.bad == counts.rows) {
            console.message("no row could be read: is the separator a comma? is the file compressed?");
            code = exit_failed;
        }
    } catch (const RunError& error) {
        if (counts.rows == 0) throw;
        console.message(error.what());
        code = exit_failed;
    }
    console.message(summary_of(counts));
    return code;
}

int detect(const ParsedOptions& parsed) {
    const auto& file = file_of(parsed);
    auto detector = make_from(parsed);
    auto choice = columns_of(parsed);
    InputFile input{file};
    OutputFile output{STDOUT_FILENO, "standard output"};
    CsvWriter writer{output};
    Console console;
    DetectRun run{std::move(detector), std::move(choice), parsed.has("--strict"), writer, console};
    if (input.regular()) {
        console.start_progress();
        input.before_read([&] { console.progress(input.position(), input.size(), run.counts().rows); });
    } else {
        input.before_read([&] { writer.flush(); });  // whoever reads us has every row before we wait
    }
    CsvReader reader{input};
    return run_to_the_end(run, reader, console);
}

}  // namespace

int run_detect(Arguments arguments) {
    const auto options = detect_options();
    const auto parsed = parse_options(arguments, options);
    if (parsed.has("--help")) {
        print(detect_help());
        return exit_fine;
    }
    if (parsed.has("--list")) {
        if (arguments.size() > 1) throw UsageError{"--list takes no FILE and no other option"};
        print(detector_list());
        return exit_fine;
    }
    return detect(parsed);
}

}  // namespace sonde::tool
