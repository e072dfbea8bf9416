// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "command.hpp"
#include "csv_writer.hpp"
#include "detect.hpp"
#include "errors.hpp"
#include "merge.hpp"
#include "options.hpp"
#include "train.hpp"

namespace sonde::tool {
namespace {

constexpr std::array<Command, 3> table{{
    {"detect", "judge a stream of numbers, row by row: CSV in, verdicts out", run_detect},
    {"train", "fit a model to a file of rows, for 'sonde detect --model' and for servers", run_train},
    {"merge", "add up what processes recorded: files and shared folders in, the sum out", run_merge},
}};

std::string help() {
    std::string text =
        "sonde finds what is anomalous in streams of numbers, and adds up what processes recorded.\n\n"
        "Usage: sonde COMMAND [OPTIONS] ...\n\nCommands:\n";
    for (const auto& command : table) text += fmt::format("  {:<10}  {}\n", command.name, command.purpose);
    return text +
           "\nOptions:\n  --help      this text; 'sonde COMMAND --help' tells more\n  --version   the "
           "version\n\n"
           "Exit codes: 0 fine, 1 input or output failed, 2 wrong usage, 130 interrupted.\n";
}

const Command& find_command(std::string_view name) {
    std::vector<std::string> names;
    for (const auto& command : table) {
        if (command.name == name) return command;
        names.emplace_back(command.name);
    }
    const auto near = nearest(name, names);
    throw UsageError{fmt::format("unknown command '{}'; {}", name,
                                 near ? fmt::format("did you mean {}?", *near)
                                      : fmt::format("it must be one of {}", fmt::join(names, ", ")))};
}

int dispatch(Arguments arguments, std::string& speaker) {
    if (arguments.empty()) throw UsageError{"a command is missing"};
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
        print(help());
        return exit_fine;
    }
    if (arguments[0] == "--version") {
        print("sonde " SONDE_VERSION "\n");
        return exit_fine;
    }
    if (arguments[0].starts_with('-'))
        throw UsageError{
            fmt::format("unknown option {}; it must be --help or --version, or a command", arguments[0])};
    const auto& command = find_command(arguments[0]);
    speaker += fmt::format(" {}", command.name);
    return command.run(arguments.subspan(1));
}

int complain(const std::string& speaker, std::string_view what, bool usage) {
    std::string text = fmt::format("{}: {}\n", speaker, what);
    if (usage) text += fmt::format("Try '{} --help'.\n", speaker);
    std::fwrite(text.data(), 1, text.size(), stderr);
    return usage ? exit_usage : exit_failed;
}

}  // namespace

std::span<const Command> commands() noexcept { return table; }

void print(std::string_view text) { OutputFile{STDOUT_FILENO, "standard output"}.write(text); }

int run_tool(Arguments arguments) noexcept {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is seen where we write, and is no error
    std::string speaker = "sonde";
    try {
        return dispatch(arguments, speaker);
    } catch (const OutputClosed&) {
        return exit_fine;
    } catch (const UsageError& error) {
        return complain(speaker, error.what(), true);
    } catch (const std::invalid_argument& error) {  // an option's value that a detector refuses
        return complain(speaker, error.what(), true);
    } catch (const std::exception& error) {
        return complain(speaker, error.what(), false);
    }
}

}  // namespace sonde::tool
