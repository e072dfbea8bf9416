// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "detect.hpp"
#include "sonde/detectors/catalogue.hpp"

namespace sonde::tool {
namespace {

constexpr std::string_view usage = R"(Usage: sonde detect [OPTIONS] FILE.csv
       sonde detect [OPTIONS] -      reads standard input
       sonde detect --list           shows the detectors and their options

Judges a column of numbers row by row, in constant memory. Writes CSV to
standard output, a row for each row of the input:

  row        from 1
  timestamp  as in the input; empty if there is none
  value      as in the input
  score      0 is ordinary, higher is more anomalous; 0 while warming up
  level      the score in units of the threshold: above 1 is anomalous
  verdict    normal, anomalous, warming_up or bad_input

From a pipe, each row is answered before the next one is waited for.
)";

constexpr std::string_view notes = R"(
Bad rows: a value that is empty, missing, not a number, not finite or wrongly
quoted. Such a row keeps its place as bad_input, without score and level, and
is never learned. The first 20 are reported on standard error with their line,
further ones are only counted; the last line there counts all rows. A blank
line between two rows is a bad row, answered together with the next row; blank
lines at the start and at the end are no rows.

Input: RFC 4180 with LF or CRLF, quotes, line ends in quotes, with or without a
UTF-8 byte order mark; rows of up to 1 MiB.

Compressed input is refused: gzip -dc FILE.gz | sonde detect -

Exit codes: 0 fine, with bad rows or without; 1 input or output failed, every
row was bad, or --strict met a bad row; 2 wrong usage.
)";

void add_detector_options(std::vector<OptionSpec>& specs, std::span<const DetectorOption> options) {
    for (const auto& option : options) {
        const std::string name = fmt::format("--{}", option.name);
        const auto same = [&](const auto& spec) { return spec.name == name; };
        if (std::none_of(specs.begin(), specs.end(), same)) specs.push_back({name, "VALUE", ""});
    }
}

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

std::string default_detector() { return std::string{detector_catalogue()[0].name}; }

/// The bound depends on other options, so a detector with their defaults is asked.
OptionSpec threshold_of(const DetectorEntry& entry) {
    const double bound = entry.make({}, {}).observe(0.0).threshold;
    return {
        "--threshold", "X",
        fmt::format("a bound for the score\na number above 0, default {} unless another option changes it",
                    bound)};
}

}  // namespace

std::vector<OptionSpec> detect_command_options() {
    return {
        {"--detector", "NAME", fmt::format("see --list; default {}", default_detector())},
        {"--threshold", "X", "a bound for the score, above 0; default: see --list"},
        {"--column", "NAME|N",
         "what to judge, by name or number from 1; default:\n"
         "the one named value, else the first that is no time"},
        {"--timestamp-column", "NAME|N",
         "what to copy as timestamp, or none; default: the\n"
         "one named timestamp, time, ts, date or datetime;\n"
         "without header the first one, if it holds dates or\n"
         "seconds since 1970, or if there are just two"},
        {"--header", "", "the first row names the columns"},
        {"--no-header", "", "the first row is data; default: seen from that row"},
        {"--strict", "", "end at the first bad row, with exit code 1; what\ncame before it is written"},
        {"--list", "", "show the detectors and their options"},
        {"--help", "", "this text"},
    };
}

std::vector<OptionSpec> detect_options() {
    auto specs = detect_command_options();
    for (const auto& entry : detector_catalogue()) add_detector_options(specs, entry.options);
    add_detector_options(specs, common_detector_options());
    return specs;
}

std::string detect_help() {
    return fmt::format("{}\nOptions:\n{}\nOptions of the detectors, as in --window 200: see --list.\n{}",
                       usage, describe_options(detect_command_options()), notes);
}

std::string detector_list() {
    std::string text;
    for (const auto& entry : detector_catalogue()) {
        auto options = table_of(entry.options);
        options.push_back(threshold_of(entry));
        text += fmt::format("{}: {}\n{}\n", entry.name, entry.purpose, describe_options(options));
    }
    return text + "with every detector:\n" + describe_options(table_of(common_detector_options()));
}

}  // namespace sonde::tool
