// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "features.hpp"
#include "options.hpp"
#include "sonde/models/catalogue.hpp"

// What the command line says of a model that learns before it judges.
namespace sonde::tool {

/// A model by name, and what is set of it.
struct ModelChoice {
    const ModelEntry* entry = nullptr;
    std::vector<DetectorSetting> settings;
};

/// \param command_options  which are none of the model's; --detector and --label are among them
/// \throws UsageError  no such model, an option that it does not have, a value that is not allowed, no label for one
///                     that learns from it
[[nodiscard]] ModelChoice model_choice_of(const ParsedOptions& parsed,
                                          std::span<const OptionSpec> command_options);

/// --columns, --label, --timestamp-column, --header, --no-header. \throws UsageError  no list, both headers
[[nodiscard]] FeatureChoice feature_choice_of(const ParsedOptions& parsed);

}  // namespace sonde::tool
