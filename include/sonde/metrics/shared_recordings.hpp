// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sonde/metrics/recordings.hpp"

namespace sonde {

/// What the processes of a folder recorded, living and dead (`share_recordings`). Threading: a value.
struct SharedRecordings {
    Recordings recordings;             ///< added up
    std::size_t processes = 0;         ///< whose files were read
    std::vector<std::string> skipped;  ///< "file: why", for what cannot be read; others' files are left alone
};

/// Reads every file of the folder while its process goes on. Changes nothing, and ends well whatever the files
/// hold: what is truncated, damaged or somebody else's is skipped, and so is a file in which a name stands for
/// another kind than in those before it. Of a file whose list of metrics breaks off the first ones
/// are added; it is in both, `processes` and `skipped`.
/// Cost: two system calls for each histogram and thread, one for each counter and thread.
/// Threading: thread-safe; in any process, at any time.
/// \throws std::runtime_error  the folder cannot be read
[[nodiscard]] SharedRecordings read_shared_folder(const std::string& folder);

}  // namespace sonde
