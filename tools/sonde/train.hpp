// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "options.hpp"

namespace sonde::tool {

/// `sonde train`: fits a model to a file of rows and writes it down.
/// \returns the exit code.  \throws as Command::run
[[nodiscard]] int run_train(Arguments arguments);

/// Its own options, then with those of all models.
[[nodiscard]] std::vector<OptionSpec> train_command_options();
[[nodiscard]] std::vector<OptionSpec> train_options();

[[nodiscard]] std::string train_help();

}  // namespace sonde::tool
