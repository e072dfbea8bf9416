// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "options.hpp"

namespace sonde::tool {

/// `sonde merge INPUT...`: the command of that name.
int run_merge(Arguments arguments);

[[nodiscard]] std::vector<OptionSpec> merge_options();

/// `sonde merge --help`.
[[nodiscard]] std::string merge_help();

}  // namespace sonde::tool
