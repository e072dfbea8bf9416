// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::tool {

/// One row of a command's table of options.
struct OptionSpec {
    std::string name;   ///< with its dashes, `--column`
    std::string value;  ///< what stands for the value in the help, `NAME|N`; empty: a flag without value
    std::string help;   ///< one line, or several joined by '\n'
};

/// What stood on the command line.
struct ParsedOptions {
    std::vector<std::string> positional;
    std::map<std::string, std::string, std::less<>> given;  ///< name with dashes -> value

    [[nodiscard]] bool has(std::string_view name) const { return given.find(name) != given.end(); }
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
};

/// Reads `--name value`, `--name=value`, flags and positional arguments; `--` ends the options, `-` alone
/// is positional, `-h` is `--help`.
/// \throws UsageError  an unknown option (with the nearest known one), a missing or a surplus value,
///                     an option that is given twice
[[nodiscard]] ParsedOptions parse_options(std::span<const std::string_view> arguments,
                                          std::span<const OptionSpec> known);

/// The options as an aligned table, one per line, indented by two.
[[nodiscard]] std::string describe_options(std::span<const OptionSpec> options);

/// The candidate that is at most two edits away from `word`, if any: for "did you mean".
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

}  // namespace sonde::tool
