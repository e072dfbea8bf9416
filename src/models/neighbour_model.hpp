// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "models/neighbour_index.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/executor.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/models/fit_progress.hpp"

// What the models have in common that keep all training rows.
namespace sonde::detail {

/// \throws std::invalid_argument  rows that `check_training_rows` refuses, more than 2^31 - 1 of them, `neighbours` not
///         in [1, least of their number and NeighbourIndex::max_neighbours]
void check_neighbour_model(std::string_view where, MatrixView rows, std::size_t neighbours);

/// How a fit goes through its rows.
struct NeighbourFit {
    std::string_view where;
    const FitProgressCallback& progress;
    const Executor& executor;
};

/// The nearest others of every training row. Progress counts rows.
/// \param found  is called on the executor's threads, for other rows at the same time
/// \throws FitCancelled  the callback says so
void for_each_others(const NeighbourFit& fit, const NeighbourIndex& index, MatrixView rows,
                     std::size_t neighbours, const NeighbourIndex::Found& found);

/// Rows that were read.
struct ReadRows {
    std::vector<float> values;
    std::size_t rows = 0, dimension = 0;

    [[nodiscard]] MatrixView view() const noexcept { return {values.data(), rows, dimension}; }
};

void write_rows(ByteWriter& writer, const BlockTree& tree);
/// \throws FormatError  not as many values as there should be
[[nodiscard]] ReadRows read_rows(std::string_view where, ByteReader& reader);

}  // namespace sonde::detail
