// SPDX-License-Identifier: Apache-2.0
#include "merge.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "console.hpp"
#include "csv_writer.hpp"
#include "errors.hpp"
#include "merge_input.hpp"
#include "merge_report.hpp"
#include "number.hpp"
#include "replace_file.hpp"

namespace sonde::tool {
namespace {

constexpr std::string_view usage = R"(Usage: sonde merge [OPTIONS] INPUT...

Adds up what processes recorded and prints the sum: a row for each counter,
up-down counter, histogram and latency. An INPUT is

  a folder  that processes share (share_recordings), running or dead
  a file    of recordings, or of one snapshot, which has no name
  -         such a file on standard input

The same name and labels are the same metric. Counts, sums and extremes are
exact. Where precisions differ the coarsest stays; 'error' is how far off a
quantile can be, at most. One INPUT is just shown.
)";

constexpr std::string_view notes = R"(
CSV has whole numbers, for latencies in nanoseconds, and precision_bits instead
of the error, which is 2^-precision_bits of the value. A sum that has no room
in 64 bits stays at 18446744073709551615.

Nothing is printed or written unless every INPUT can be read and added. Files
in a shared folder that cannot be read are left out, and reported on standard
error. FILE of --output is replaced at once: it is never half written, and may
be an INPUT too.

Exit codes: 0 fine; 1 input or output failed; 2 wrong usage.
)";

enum class ReportFormat { table, csv };

ReportFormat format_of(const ParsedOptions& parsed) {
    const auto name = parsed.value("--format").value_or("table");
    if (name == "table") return ReportFormat::table;
    if (name == "csv") return ReportFormat::csv;
    throw UsageError{fmt::format("--format is {}, must be table or csv", shown(name))};
}

std::vector<Percentile> percentiles_of(const ParsedOptions& parsed) {
    const auto list = parsed.value("--quantiles").value_or(std::string{default_percentiles});
    if (auto percentiles = parse_percentiles(list)) return *std::move(percentiles);
    throw UsageError{
        fmt::format("--quantiles is {}, must be numbers from 0 to 100, as in 50,99.9", shown(list))};
}

Recordings sum_of(const std::vector<std::string>& names, bool strict) {
    Console console;
    Recordings sum;
    for (const auto& name : names) {
        const MergeInput input = read_recordings(name);
        for (const auto& skipped : input.skipped) {
            const auto message = fmt::format("cannot read {}/{}", name, skipped);
            if (strict) throw RunError{message};
            console.message(message);
        }
        try {
            sum.merge(input.recordings);
        } catch (const std::invalid_argument& error) {
            throw RunError{fmt::format("cannot add {}: {}", name, error.what())};
        }
    }
    return sum;
}

}  // namespace

std::vector<OptionSpec> merge_options() {
    return {
        {"--output", "FILE", "write the sum to a file that can be merged again"},
        {"--quantiles", "LIST", fmt::format("which to show, in percent; default {}", default_percentiles)},
        {"--format", "table|csv", "default table, with readable units"},
        {"--strict", "", "fail where a file in a shared folder cannot be read"},
        {"--help", "", "this text"},
    };
}

std::string merge_help() {
    return fmt::format("{}\nOptions:\n{}{}", usage, describe_options(merge_options()), notes);
}

int run_merge(Arguments arguments) {
    const auto parsed = parse_options(arguments, merge_options());
    if (parsed.has("--help")) {
        print(merge_help());
        return exit_fine;
    }
    const auto format = format_of(parsed);
    const auto percentiles = percentiles_of(parsed);
    if (parsed.positional.empty()) throw UsageError{"an INPUT is missing; '-' reads standard input"};
    const auto sum = sum_of(parsed.positional, parsed.has("--strict"));
    if (const auto file = parsed.value("--output")) replace_file(*file, to_bytes(sum));
    OutputFile output{STDOUT_FILENO, "standard output"};
    if (format == ReportFormat::csv) {
        CsvWriter writer{output};
        write_csv(sum, percentiles, writer);
    } else {
        output.write(table_of(sum, percentiles));
    }
    return exit_fine;
}

}  // namespace sonde::tool
