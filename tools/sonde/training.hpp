// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "console.hpp"
#include "row_source.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::tool {

/// Rows that a model is fitted to.
struct TrainingRows {
    std::size_t columns = 0;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;  ///< one per row, or none
    std::uint64_t bad = 0;             ///< rows that were left out

    /// Adds the row that was taken in.
    void add(const RowSource& source, bool labelled);
    [[nodiscard]] MatrixView view() const noexcept {
        return {values.data(), columns == 0 ? 0 : values.size() / columns, columns};
    }
};

/// All rows of a CSV, npy or idx file; bad ones are reported and left out.
/// \param choice  of its columns; what it leaves open is filled in, so that it finds the same ones in another file
/// \throws RunError  it cannot be read, or strict and a row is bad.  \throws UsageError  a column that is not there
[[nodiscard]] TrainingRows read_training_file(const std::string& name, FeatureChoice& choice, bool labelled,
                                              bool strict, Console& console);

}  // namespace sonde::tool
