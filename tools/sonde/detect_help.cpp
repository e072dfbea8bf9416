// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "detect.hpp"
#include "detect_catalogue.hpp"

namespace sonde::tool {
namespace {

constexpr std::string_view usage = R"(Usage: sonde detect [OPTIONS] FILE
       sonde detect [OPTIONS] -      reads standard input
       sonde detect --list           shows the detectors and their options

Judges a column of numbers, or several, row by row. Detectors of one column
learn as they judge, in constant memory. Detectors of several columns learn
first: from the first rows, from another file, or once and for all. Writes CSV
to standard output, a row for each row of the input:

  row        from 1
  timestamp  as in the input; empty if there is none
  value      as in the input; with several columns instead
  feature    the one with the largest share of the score of an anomalous row
  score      0 is ordinary, higher is more anomalous; 0 while warming up, as
             rows for training are
  level      the score in units of the threshold: above 1 is anomalous
  verdict    normal, anomalous, warming_up or bad_input

From a pipe, each row is answered before the next one is waited for.

  sonde detect latency.csv
  sonde detect --detector knn --train 1000 --columns cpu,latency host.csv
  sonde detect --train-file good.csv --save-model host.model
  sonde detect --model host.model host.csv
)";

constexpr std::string_view notes = R"(
Bad rows: a value, or one of several, that is empty, missing, not a number, not
finite or wrongly quoted. Such a row keeps its place as bad_input, without score
and level, and is never learned. The first 20 are reported on standard error
with their line, further ones are only counted; the last line there counts all
rows. A blank line between two rows is a bad row, answered together with the
next row; blank lines at the start and at the end are no rows.

Input: CSV, RFC 4180 with LF or CRLF, quotes, line ends in quotes, with or
without a UTF-8 byte order mark; rows of up to 1 MiB. Detectors of several
columns read npy and idx, too, told by how they begin: 'sonde train --help' says
what of them.

Compressed input is refused: gzip -dc FILE.gz | sonde detect -

Exit codes: 0 fine, with bad rows or without; 1 input or output failed, every
row was bad, or --strict met a bad row; 2 wrong usage.
)";

std::vector<OptionSpec> common_options() {
    return {
        {"--detector", "NAME",
         fmt::format("see --list; default: {},\nor, to learn first, {}", detector_catalogue()[0].name,
                     model_catalogue()[0].name)},
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

/// Of detectors that learn before they judge.
std::vector<OptionSpec> model_options() {
    return {
        {"--train", "N",
         "learn from the first N rows, judge those behind them;\nbad rows among them are left out"},
        {"--train-file", "FILE", "learn from all rows of this file"},
        {"--model", "FILE", "judge by what --save-model or 'sonde train' wrote"},
        {"--save-model", "FILE", "write what was learned; with --train-file and no\nother FILE that is all"},
        {"--columns", "LIST",
         "what to judge: names or numbers, as in cpu,latency;\n"
         "default: all that are numbers in the first row of\n"
         "data, but time and label"},
        {"--label", "NAME|N",
         "1 in rows that are anomalies, 0 in others: svc,\ndecision-tree and random-forest learn it"},
        {"--false-alarm-rate", "X",
         "the threshold is what this share of the training\nrows exceeds; default 0.01"},
    };
}

}  // namespace

std::vector<OptionSpec> detect_command_options() {
    auto options = common_options();
    for (auto& option : model_options()) options.push_back(std::move(option));
    return options;
}

std::vector<OptionSpec> detect_options() {
    auto specs = detect_command_options();
    for (const auto& entry : stream_detectors()) add_detector_options(specs, entry.options);
    add_detector_options(specs, common_detector_options());
    for (const auto& entry : model_catalogue()) add_detector_options(specs, entry.options);
    add_detector_options(specs, common_model_options());
    for (const auto& entry : row_forecaster_catalogue()) add_detector_options(specs, entry.options);
    return specs;
}

std::string detect_help() {
    return fmt::format(
        "{}\nOptions:\n{}\nWith detectors of several columns:\n{}\n"
        "Options of the detectors, as in --window 200: see --list.\n{}",
        usage, describe_options(common_options()), describe_options(model_options()), notes);
}

}  // namespace sonde::tool
