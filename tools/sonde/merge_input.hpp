// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sonde/metrics/recordings.hpp"

namespace sonde::tool {

/// What one input of `sonde merge` held.
struct MergeInput {
    Recordings recordings;
    std::vector<std::string> skipped;  ///< files of a shared folder, not read whole: `name: why`
};

/// Reads a file of recordings or of one snapshot (which gets the empty name), or a folder that processes
/// share; `-` is standard input. \throws RunError  it cannot be read; names it and says why
[[nodiscard]] MergeInput read_recordings(const std::string& name);

}  // namespace sonde::tool
