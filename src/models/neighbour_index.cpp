// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_index.hpp"

#include <algorithm>
#include <vector>

#include "models/neighbour_search.hpp"

namespace sonde::detail {

using namespace neighbours;

namespace {

/// What was found for one query, in double; sought again where float could not tell.
void hand_over(const Query& query, const NearestInFloat& candidates, std::size_t count, std::size_t number,
               const NeighbourIndex::Found& found) noexcept {
    if (count == 0) return found(number, {});
    Neighbour nearest[NearestInFloat::largest];
    std::size_t size = 0;
    for (const std::uint64_t key : candidates.heap()) {
        const std::uint32_t position = NearestInFloat::position_of(key);
        if (position != none)
            nearest[size++] = {query.squares_to(position), query.row_at(position), position};
    }
    std::sort(nearest, nearest + size);
    const bool known = size >= count;
    const double last = known ? nearest[count - 1].squares : largest_double;
    // Below least_sure, squares that float lost may be missing.
    constexpr double least_sure = 1e-24;
    const double others = static_cast<double>(candidates.worst()) * (1 - float_slack(query.tree.dimension()));
    if (known && last < others && others > least_sure)
        return found(number, std::span<const Neighbour>{nearest, count});
    NearestExactly exactly{query.tree, std::span{nearest}.first(count), last};
    walk(query, exactly);
    found(number, exactly.found());
}

/// Rows that are sought for together.
struct Group {
    static constexpr std::size_t at_once = 4, largest = 16;

    std::uint64_t keys[at_once * NearestInFloat::largest];
    NearestInFloat candidates[largest];

    /// How many there may be; at least `at_once`.
    [[nodiscard]] static std::size_t size(std::size_t heap) noexcept {
        return std::min(largest, at_once * NearestInFloat::largest / heap / at_once * at_once);
    }

    /// Shows every block to `count` rows.
    void seek(const BlockTree& tree, const NeighbourKernels& kernels, MatrixView rows,
              std::uint32_t first_excluded, std::size_t heap) noexcept {
        const std::size_t count = rows.rows();
        for (std::size_t i = 0; i < count; ++i) candidates[i].start({keys + i * heap, heap});
        for (std::size_t block = 0; block < tree.blocks(); ++block)
            for (std::size_t first = 0; first < count; first += at_once)
                show(tree, kernels, rows, first_excluded, block, first);
    }

private:
    void show(const BlockTree& tree, const NeighbourKernels& kernels, MatrixView rows,
              std::uint32_t first_excluded, std::size_t block, std::size_t first) noexcept {
        const float* data[at_once];
        float above[at_once];
        for (std::size_t i = 0; i < at_once; ++i) {
            const bool is_row = first + i < rows.rows();
            data[i] = rows.row(is_row ? first + i : first).data();
            above[i] = is_row ? candidates[first + i].worst() : -1;
        }
        BlockSums sums[at_once];
        std::uint64_t found[at_once];
        kernels.four(tree.panel(block), data, tree.dimension(), above, sums, found);
        const std::uint64_t points = there(tree, block);
        for (std::size_t i = 0; i < at_once; ++i)
            if (above[i] >= 0)
                candidates[first + i].add(tree, excluded_by(first_excluded, first + i), block,
                                          found[i] & points, sums[i]);
    }
};

}  // namespace

NeighbourIndex::NeighbourIndex(MatrixView rows, InstructionSet set)
    : tree_{rows}, kernels_{neighbour_kernels(set)}, flat_{is_flat()} {}

bool NeighbourIndex::is_flat() const {
    constexpr std::size_t samples = 16, sought = 16;
    constexpr double few = 0.4;  // of the blocks
    std::vector<float> row(tree_.dimension());
    std::size_t visited = 0;
    for (std::size_t sample = 0; sample < samples; ++sample) {
        const std::size_t position = sample * tree_.points() / samples;
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = tree_.value(position, i);
        std::uint64_t heap[sought];
        NearestInFloat candidates;
        candidates.start(heap);
        visited += walk(Query{tree_, kernels_, row.data(), none}, candidates);
    }
    return static_cast<double>(visited) > few * static_cast<double>(samples * tree_.blocks());
}

Neighbour NeighbourIndex::nearest(const float* row, std::uint32_t excluded) const noexcept {
    NearestOne one{tree_};
    walk(Query{tree_, kernels_, row, excluded}, one);
    return one.best();
}

void NeighbourIndex::nearest(MatrixView queries, std::size_t count, const Found& found,
                             std::uint32_t first_excluded) const noexcept {
    const std::size_t others = tree_.points() - (first_excluded == none ? 0 : 1);
    count = std::min({count, others, max_neighbours});
    const std::size_t heap = count + NearestInFloat::spare;
    const auto query = [&](std::size_t i) {
        return Query{tree_, kernels_, queries.row(i).data(), excluded_by(first_excluded, i)};
    };
    Group group;
    const std::size_t together = flat_ && queries.rows() > 1 ? Group::size(heap) : 1;
    for (std::size_t first = 0; first < queries.rows(); first += together) {
        const std::size_t size = std::min(together, queries.rows() - first);
        if (count == 1 && size == 1) {
            const Neighbour one[1] = {nearest(queries.row(first).data(), excluded_by(first_excluded, first))};
            found(first, one);
            continue;
        }
        if (size == 1) {
            group.candidates[0].start({group.keys, heap});
            walk(query(first), group.candidates[0]);
        } else {
            const std::uint32_t excluded = excluded_by(first_excluded, first);
            group.seek(tree_, kernels_,
                       {queries.data() + first * queries.stride(), size, queries.cols(), queries.stride()},
                       excluded, heap);
        }
        for (std::size_t i = 0; i < size; ++i)
            hand_over(query(first + i), group.candidates[i], count, first + i, found);
    }
}

void NeighbourIndex::within(const float* row, double squares,
                            const FunctionRef<bool(const Neighbour&)>& visit) const noexcept {
    Within within{tree_, squares, visit};
    walk(Query{tree_, kernels_, row, none}, within);
}

}  // namespace sonde::detail
