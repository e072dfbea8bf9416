// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace sonde::tool {

using Arguments = std::span<const std::string_view>;

/// One word after `sonde`: an entry of the table in commands.cpp.
struct Command {
    std::string_view name;     ///< `detect`
    std::string_view purpose;  ///< one line of `sonde --help`
    /// \param arguments  what stands behind the name
    /// \returns the exit code.  \throws UsageError, RunError, OutputClosed, std::invalid_argument
    int (*run)(Arguments arguments);
};

/// All of them.
[[nodiscard]] std::span<const Command> commands() noexcept;

/// The whole program but for `main`: finds the command, runs it, turns what it throws into a message on
/// standard error and an exit code. Never throws.
/// \param arguments  without the program's name
[[nodiscard]] int run_tool(Arguments arguments) noexcept;

/// Writes help or a list to standard output. \throws RunError, OutputClosed
void print(std::string_view text);

}  // namespace sonde::tool
