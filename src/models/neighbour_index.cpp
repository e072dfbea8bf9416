// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_index.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "models/destroy_shared.hpp"
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
    : tree_{rows}, kernels_{neighbour_kernels(set)} {
    constexpr std::size_t samples = 16, least_dimension = 9;
    constexpr double many = 0.4, some = 0.05;  // of the blocks
    std::vector<float> sample;
    for (std::size_t n = 0; n < samples; ++n)
        for (std::size_t i = 0; i < tree_.dimension(); ++i)
            sample.push_back(tree_.value(n * tree_.points() / samples, i));
    const MatrixView few{sample.data(), samples, tree_.dimension()};
    const double visited = visited_by(few);
    flat_ = visited > many;
    if (visited < some || tree_.dimension() < least_dimension) return;
    bytes_ = NeighbourBytes{tree_, set};
    if (bytes_.useful() && !bytes_help(few)) bytes_ = {};
}

/// The share of the blocks that is visited for these rows.
double NeighbourIndex::visited_by(MatrixView rows) const noexcept {
    std::size_t visited = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        std::uint64_t heap[16];
        NearestInFloat candidates;
        candidates.start(heap);
        visited += walk(Query{tree_, kernels_, rows.row(i).data(), none}, candidates);
    }
    return static_cast<double>(visited) / static_cast<double>(rows.rows() * tree_.blocks());
}

/// Whether most of these rows find their neighbours with them.
bool NeighbourIndex::bytes_help(MatrixView rows) const noexcept {
    const std::size_t sought = std::min(tree_.points(), std::size_t{16});
    const auto ignore = [](std::size_t, std::span<const Neighbour>) {};
    std::size_t open = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        open += bytes_.nearest(tree_, {rows.row(i).data(), 1, rows.cols()}, sought, ignore, none);
    return open <= rows.rows() / 4;
}

Neighbour NeighbourIndex::nearest(const float* row, std::uint32_t excluded) const noexcept {
    if (bytes_.useful()) {
        Neighbour nearest{};
        const auto take = [&](std::size_t, std::span<const Neighbour> found) { nearest = found[0]; };
        if (bytes_.nearest(tree_, {row, 1, tree_.dimension()}, 1, take, excluded) == 0) return nearest;
    }
    NearestOne one{tree_};
    walk(Query{tree_, kernels_, row, excluded}, one);
    return one.best();
}

void NeighbourIndex::nearest(MatrixView queries, std::size_t count, const Found& found,
                             std::uint32_t first_excluded) const noexcept {
    const std::size_t others = tree_.points() - (first_excluded == none ? 0 : 1);
    count = std::min({count, others, max_neighbours});
    if (bytes_.useful() && count >= 1 && count <= NeighbourBytes::most_wanted)
        return in_bytes(queries, count, found, first_excluded);
    in_floats(queries, count, found, first_excluded);
}

void NeighbourIndex::in_bytes(MatrixView queries, std::size_t count, const Found& found,
                              std::uint32_t first_excluded) const noexcept {
    const auto rows_from = [&](std::size_t first, std::size_t size) {
        return MatrixView{queries.data() + first * queries.stride(), size, queries.cols(), queries.stride()};
    };
    const std::size_t together = NeighbourBytes::together(count);
    for (std::size_t first = 0; first < queries.rows(); first += together) {
        const std::size_t size = std::min(together, queries.rows() - first);
        const auto shifted = [&](std::size_t i, std::span<const Neighbour> nearest) {
            found(first + i, nearest);
        };
        const std::uint32_t open =
            bytes_.nearest(tree_, rows_from(first, size), count, shifted, excluded_by(first_excluded, first));
        for_each_bit(open, [&](std::size_t i) {
            const auto again = [&](std::size_t, std::span<const Neighbour> nearest) { shifted(i, nearest); };
            in_floats(rows_from(first + i, 1), count, again, excluded_by(first_excluded, first + i));
        });
    }
}

void NeighbourIndex::in_floats(MatrixView queries, std::size_t count, const Found& found,
                               std::uint32_t first_excluded) const noexcept {
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

template class Shared<NeighbourIndex>;

}  // namespace sonde::detail
