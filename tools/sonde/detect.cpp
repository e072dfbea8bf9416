// SPDX-License-Identifier: Apache-2.0
#include "detect.hpp"

#include <fmt/format.h>

#include <utility>

#include "detect_catalogue.hpp"
#include "detect_model.hpp"
#include "detect_run.hpp"
#include "detect_session.hpp"
#include "errors.hpp"
#include "row_source.hpp"

namespace sonde::tool {
namespace {

AnyDetector make_from(const ParsedOptions& parsed) {
    const auto entry =
        find_stream_detector(parsed.value("--detector").value_or(std::string{detector_catalogue()[0].name}));
    refuse_model_options(parsed, entry.name);
    try {
        return entry.make(settings_for(entry.name, entry.options, common_detector_options(),
                                       detect_command_options(), parsed),
                          threshold_of(parsed));
    } catch (const SettingError& error) {
        throw UsageError{words_of(error)};
    }
}

int detect_in_stream(const ParsedOptions& parsed) {
    const auto& file = file_of(parsed);
    auto detector = make_from(parsed);
    ColumnChoice choice{header_of(parsed), parsed.value("--column"), parsed.value("--timestamp-column")};
    Console console;
    DetectSession session{file, console};
    DetectRun run{std::move(detector), std::move(choice), parsed.has("--strict"), session.writer(), console};
    const auto all = [&](PeekableSource& input) {
        if (is_array(input))
            throw UsageError{
                fmt::format("npy and idx files are for detectors of several columns, which learn "
                            "first, as {}; see --list",
                            model_catalogue()[0].name)};
        CsvReader reader{input};
        run.run(reader);
    };
    return session.judge(run.counts(), all);
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
    return asks_for_model(parsed) ? detect_with_model(parsed) : detect_in_stream(parsed);
}

}  // namespace sonde::tool
