// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "options.hpp"

namespace sonde::tool {

/// `sonde detect FILE.csv|-`: the command of that name.
int run_detect(Arguments arguments);

/// The options of the command itself: what to read, which detector, what to do with bad rows.
[[nodiscard]] std::vector<OptionSpec> detect_command_options();

/// Every option of the command: its own, then those of all detectors in the catalogue, each once.
[[nodiscard]] std::vector<OptionSpec> detect_options();

/// `sonde detect --help`.
[[nodiscard]] std::string detect_help();

/// `sonde detect --list`: every detector of the catalogue with its options.
[[nodiscard]] std::string detector_list();

}  // namespace sonde::tool
