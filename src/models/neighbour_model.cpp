// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_model.hpp"

#include <algorithm>
#include <string>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde::detail {

void check_neighbour_model(std::string_view where, MatrixView rows, std::size_t neighbours) {
    check_training_rows(where, rows);
    if (rows.rows() > BlockTree::max_points)
        fail(where, "number of rows", static_cast<double>(rows.rows()), "at most 2147483647");
    const std::size_t most = std::min(rows.rows(), NeighbourIndex::max_neighbours);
    if (neighbours < 1 || neighbours > most)
        fail(where, "neighbours", static_cast<double>(neighbours), "in [1, " + std::to_string(most) + "]");
}

void for_each_others(const NeighbourFit& fit, const NeighbourIndex& index, MatrixView rows,
                     std::size_t neighbours, const NeighbourIndex::Found& found) {
    constexpr std::size_t at_once = 16 * rows_per_task;  // between two calls of the callback
    for (std::size_t start = 0; start < rows.rows(); start += at_once) {
        const std::size_t count = std::min(at_once, rows.rows() - start);
        const auto task = [&](std::size_t number) noexcept {
            const std::size_t first = start + number * rows_per_task;
            const std::size_t size = std::min(rows_per_task, start + count - first);
            const auto shifted = [&](std::size_t i, std::span<const Neighbour> neighbours_of_row) {
                found(first + i, neighbours_of_row);
            };
            index.nearest({rows.data() + first * rows.stride(), size, rows.cols(), rows.stride()}, neighbours,
                          shifted, static_cast<std::uint32_t>(first));
        };
        run_tasks(fit.executor, (count + rows_per_task - 1) / rows_per_task, task);
        report_progress(fit.where, fit.progress, {start + count, rows.rows()});
    }
}

void write_rows(ByteWriter& writer, const BlockTree& tree) {
    writer.u64(tree.points());
    writer.u64(tree.dimension());
    writer.f32s(tree.in_order());
}

ReadRows read_rows(std::string_view where, ByteReader& reader) {
    const std::uint64_t rows = reader.u64(), dimension = reader.u64();
    if (rows > BlockTree::max_points || dimension > max_model_dimension)
        fail_format(where, "too many rows or features");
    ReadRows read{reader.f32s(), static_cast<std::size_t>(rows), static_cast<std::size_t>(dimension)};
    if (read.values.size() != read.rows * read.dimension) fail_format(where, "another number of values");
    return read;
}

}  // namespace sonde::detail
