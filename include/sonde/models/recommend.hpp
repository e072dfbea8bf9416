// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sonde {

/// What is known of the data and of what is asked of a detector. What is left alone is not known.
struct DataProfile {
    std::size_t features = 1;
    /// Rows of anomalies that somebody labelled; usual rows are labelled too then.
    std::size_t labelled_anomalies = 0;
    /// There are no rows to fit to: what is usual is learned, and relearned, while the server runs.
    bool streaming = false;
    /// The training rows hold no anomalies: a period that is known to have been good.
    bool clean = false;
    /// A verdict has to be read by a person as rules.
    bool readable = false;
    /// A score may take this long on one core; 0: as long as it takes.
    double microseconds = 0;
};

/// A detector and why. Threading: immutable.
struct Recommendation {
    std::string_view name;    ///< of `model_catalogue()`, or of a streaming detector
    std::string_view reason;  ///< one sentence
};

/// Which detectors to try, the best bet first; never empty.
///
/// The rules are those of docs/choosing.md, and rest on what `./run bench quality` and `./run bench peers` measured.
/// \throws std::invalid_argument  no feature, microseconds that are negative or not finite
[[nodiscard]] std::vector<Recommendation> recommend(const DataProfile& profile);

}  // namespace sonde
