// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "console.hpp"
#include "feature_reader.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::tool {

/// Rows that a model is fitted to.
struct TrainingRows {
    std::size_t columns = 0;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;  ///< one per row, or none
    std::uint64_t bad = 0;             ///< rows that were left out

    /// Adds the row that `reader` has read.
    void add(const FeatureReader& reader, bool labelled);
    [[nodiscard]] MatrixView view() const noexcept {
        return {values.data(), columns == 0 ? 0 : values.size() / columns, columns};
    }
};

/// All rows of a file; bad ones are reported and left out.
/// \param reader  knows the file's features afterwards
/// \throws RunError  it cannot be read, or strict and a row is bad.  \throws UsageError  a column that is not there
[[nodiscard]] TrainingRows read_training_file(const std::string& name, FeatureReader& reader, bool labelled,
                                              bool strict, Console& console);

}  // namespace sonde::tool
