// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "options.hpp"

namespace sonde::tool {

/// True when the command line asks for a model that learns before it judges: by its name, or, without a name, by
/// where it learns.
[[nodiscard]] bool asks_for_model(const ParsedOptions& parsed);

/// `sonde detect` with such a model.
/// \returns the exit code.  \throws UsageError, RunError, OutputClosed, std::invalid_argument
[[nodiscard]] int detect_with_model(const ParsedOptions& parsed);

/// \throws UsageError  an option is given that only such models have
void refuse_model_options(const ParsedOptions& parsed, std::string_view detector);

}  // namespace sonde::tool
