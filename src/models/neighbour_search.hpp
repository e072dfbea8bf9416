// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "models/block_tree.hpp"
#include "models/neighbour.hpp"
#include "models/neighbour_kernel.hpp"
#include "models/sum_of_squares.hpp"

// How a `NeighbourIndex` searches: one walk through the tree, and what it collects on the way.
namespace sonde::detail::neighbours {

inline constexpr std::uint32_t none = Neighbour::none;
inline constexpr float largest_float = std::numeric_limits<float>::max();
inline constexpr double largest_double = std::numeric_limits<double>::max();

/// A row, and what it is compared with.
struct Query {
    const BlockTree& tree;
    const NeighbourKernels& kernels;
    const float* row;
    std::uint32_t excluded;

    [[nodiscard]] double squares_to(std::size_t position) const noexcept {
        const float* point = tree.panel(position / block_points) + position % block_points;
        return sum_of_squares(tree.dimension(), [&](std::size_t i) {
            return static_cast<double>(row[i]) - static_cast<double>(point[i * block_points]);
        });
    }

    /// Summed as `squares_to` does, so that not even by rounding it is above that of a point in the box.
    [[nodiscard]] double squares_to_box(std::size_t node) const noexcept {
        const float *low = tree.low(node), *high = tree.high(node);
        return sum_of_squares(tree.dimension(), [&](std::size_t i) {
            const auto x = static_cast<double>(row[i]);
            return std::max({static_cast<double>(low[i]) - x, x - static_cast<double>(high[i]), 0.0});
        });
    }

    /// Of siblings, in float.
    void squares_to_boxes(std::size_t first, float* squares) const noexcept {
        constexpr std::size_t not_worth_a_call = 6;
        const float* box = tree.low(first);
        const std::size_t dimension = tree.dimension();
        if (dimension > not_worth_a_call) return kernels.boxes(box, row, dimension, squares);
        float sums[2] = {};
        for (std::size_t i = 0; i < dimension; ++i, ++box) {
            const float x = row[i];
            const float a = std::max(std::max(box[0] - x, x - box[dimension]), 0.0F);
            const float b = std::max(std::max(box[2 * dimension] - x, x - box[3 * dimension]), 0.0F);
            sums[0] += a * a;
            sums[1] += b * b;
        }
        squares[0] = std::min(sums[0], largest_float);
        squares[1] = std::min(sums[1], largest_float);
    }

    [[nodiscard]] std::uint32_t row_at(std::size_t position) const noexcept { return tree.rows()[position]; }

    /// The bit of the point of a block that is left out.
    [[nodiscard]] std::uint64_t excluded_in(std::size_t block) const noexcept {
        if (excluded == Neighbour::none) return 0;
        const auto rows = tree.rows(block);
        const auto at = std::lower_bound(rows.begin(), rows.end(), excluded);
        return at != rows.end() && *at == excluded ? std::uint64_t{1} << (at - rows.begin()) : 0;
    }
};

/// Goes through the blocks, those in nearer boxes first, but for what the collector skips.
/// \returns  how many blocks it went to
template <class Collector>
std::size_t walk(const Query& query, Collector& collector) noexcept {
    struct Open {
        std::uint32_t node;
        float squares;
    };
    Open open[32];  // one per level, of which there are at most 25
    std::size_t waiting = 0, visited = 0;
    const BlockTree& tree = query.tree;
    for (Open now{0, 0};;) {
        const BlockNode& node = tree.node(now.node);
        if (node.children == 0) {
            collector.visit(query, node.first);
            ++visited;
        } else {
            float squares[2];
            query.squares_to_boxes(node.children, squares);
            const bool right = squares[1] < squares[0] ||
                               (squares[1] <= squares[0] &&
                                tree.node(node.children + 1).least_row < tree.node(node.children).least_row);
            const Open nearer{node.children + right, squares[right]},
                other{node.children + !right, squares[!right]};
            if (!collector.skips(query, other.node, other.squares)) open[waiting++] = other;
            if (!collector.skips(query, nearer.node, nearer.squares)) {
                now = nearer;
                continue;
            }
        }
        do {
            if (waiting == 0) return visited;
            now = open[--waiting];
        } while (collector.skips(query, now.node, now.squares));
    }
}

template <class Visit>
void for_each_bit(std::uint64_t bits, const Visit& visit) noexcept {
    for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

/// The bits of the points that a block has.
[[nodiscard]] inline std::uint64_t there(const BlockTree& tree, std::size_t block) noexcept {
    return ~std::uint64_t{0} >> (block_points - tree.rows(block).size());
}

/// What has to be undercut: the worst of the neighbours so far.
class Bound {
public:
    explicit Bound(std::size_t dimension, double squares = largest_double) noexcept : dimension_{dimension} {
        set(squares, none);
    }

    void set(double squares, std::uint32_t row) noexcept {
        squares_ = squares;
        row_ = row;
        // While anything undercuts it, no box needs a closer look.
        float_ = squares < largest_double ? float_bound(squares, dimension_)
                                          : FloatBound{largest_float, largest_float};
    }
    [[nodiscard]] float above() const noexcept { return float_.above; }
    [[nodiscard]] bool admits(double squares, std::uint32_t row) const noexcept {
        return squares < squares_ || (squares <= squares_ && row < row_);
    }
    /// Whether nothing in a box undercuts it.
    [[nodiscard]] bool skips(const Query& query, std::size_t node, float squares) const noexcept {
        if (squares > float_.above) return true;
        if (squares < float_.below) return false;
        return !admits(query.squares_to_box(node), query.tree.node(node).least_row);
    }

private:
    std::size_t dimension_;
    double squares_;
    std::uint32_t row_;
    FloatBound float_;
};

/// The nearest one.
class NearestOne {
public:
    explicit NearestOne(const BlockTree& tree) noexcept : bound_{tree.dimension()} {
        const double slack = float_slack(tree.dimension());
        reach_ = static_cast<float>((1 + slack) / (1 - slack) * (1 + 0x1p-22));
    }

    [[nodiscard]] const Neighbour& best() const noexcept { return best_; }
    [[nodiscard]] bool skips(const Query& query, std::size_t node, float squares) const noexcept {
        return bound_.skips(query, node, squares);
    }
    void visit(const Query& query, std::size_t block) noexcept {
        BlockSums sums;
        for_each_bit(nearest_of(query, block, sums), [&](std::size_t i) {
            const std::size_t position = block * block_points + i;
            const std::uint32_t row = query.row_at(position);
            const double squares = query.squares_to(position);
            if (!bound_.admits(squares, row)) return;
            best_ = {squares, row, static_cast<std::uint32_t>(position)};
            bound_.set(squares, row);
        });
    }

private:
    /// The points of a block that may be the nearest.
    [[nodiscard]] std::uint64_t nearest_of(const Query& query, std::size_t block,
                                           BlockSums& sums) const noexcept {
        const float* panel = query.tree.panel(block);
        const std::size_t dimension = query.tree.dimension();
        const std::uint64_t points = there(query.tree, block), left_out = query.excluded_in(block);
        if (left_out == 0)
            return points & query.kernels.nearest(panel, query.row, dimension, bound_.above(), reach_, sums);
        std::uint64_t found =
            points & ~left_out & query.kernels.sums(panel, query.row, dimension, bound_.above(), sums);
        float least = largest_float;
        for_each_bit(found, [&](std::size_t i) { least = std::min(least, sums.of[i]); });
        const float reach =
            least < largest_float / 2 ? std::max(least, least_sure_float) * reach_ : largest_float;
        for_each_bit(found, [&](std::size_t i) {
            if (sums.of[i] > reach) found &= ~(std::uint64_t{1} << i);
        });
        return found;
    }

    Bound bound_;
    float reach_;
    Neighbour best_{largest_double, none, 0};
};

/// The nearest few, every one that float lets through computed in double.
class NearestExactly {
public:
    /// \param heap     room for as many as are wanted
    /// \param squares  at least that of the last of them
    NearestExactly(const BlockTree& tree, std::span<Neighbour> heap, double squares) noexcept
        : heap_{heap}, bound_{tree.dimension(), squares} {}

    /// Ascending.
    [[nodiscard]] std::span<const Neighbour> found() noexcept {
        std::sort(heap_.begin(), heap_.begin() + size_);
        return heap_.first(static_cast<std::size_t>(size_));
    }
    [[nodiscard]] bool skips(const Query& query, std::size_t node, float squares) const noexcept {
        return bound_.skips(query, node, squares);
    }
    void visit(const Query& query, std::size_t block) noexcept {
        BlockSums sums;
        const std::uint64_t found = query.kernels.sums(query.tree.panel(block), query.row,
                                                       query.tree.dimension(), bound_.above(), sums);
        for_each_bit(found & there(query.tree, block), [&](std::size_t i) {
            if (sums.of[i] > bound_.above()) return;
            const std::size_t position = block * block_points + i;
            const std::uint32_t row = query.row_at(position);
            if (row == query.excluded) return;
            const double squares = query.squares_to(position);
            if (bound_.admits(squares, row)) add({squares, row, static_cast<std::uint32_t>(position)});
        });
    }

private:
    void add(const Neighbour& neighbour) noexcept {
        if (size_ == std::ssize(heap_))
            std::pop_heap(heap_.begin(), heap_.end());
        else
            ++size_;
        heap_[static_cast<std::size_t>(size_) - 1] = neighbour;
        std::push_heap(heap_.begin(), heap_.begin() + size_);
        if (size_ == std::ssize(heap_)) bound_.set(heap_.front().squares, heap_.front().row);
    }

    std::span<Neighbour> heap_;
    std::ptrdiff_t size_ = 0;
    Bound bound_;
};

/// More than the nearest few in the order of float, so that those that are nearest in double are among them.
class NearestInFloat {
public:
    /// How many more.
    static constexpr std::size_t spare = 4;
    static constexpr std::size_t largest = most_neighbours + spare;

    /// \param heap  room for those that are wanted and the spare ones
    void start(std::span<std::uint64_t> heap) noexcept {
        heap_ = heap;
        std::fill(heap.begin(), heap.end(), key_of(largest_float, none));
        worst_ = largest_float;
    }

    /// All other points are at least so far away, in float.
    [[nodiscard]] float worst() const noexcept { return worst_; }
    [[nodiscard]] std::span<const std::uint64_t> heap() const noexcept { return heap_; }
    [[nodiscard]] static std::uint32_t position_of(std::uint64_t key) noexcept {
        return static_cast<std::uint32_t>(key);
    }

    [[nodiscard]] bool skips(const Query&, std::size_t, float squares) const noexcept {
        return squares >= worst_;
    }
    void visit(const Query& query, std::size_t block) noexcept {
        BlockSums sums;
        const std::uint64_t found =
            query.kernels.sums(query.tree.panel(block), query.row, query.tree.dimension(), worst_, sums);
        add(query.tree, query.excluded, block, found & there(query.tree, block), sums);
    }
    void add(const BlockTree& tree, std::uint32_t excluded, std::size_t block, std::uint64_t found,
             const BlockSums& sums) noexcept {
        for_each_bit(found, [&](std::size_t i) {
            const std::size_t position = block * block_points + i;
            if (sums.of[i] >= worst_ || tree.rows()[position] == excluded) return;
            replace_worst(key_of(sums.of[i], static_cast<std::uint32_t>(position)));
        });
    }

private:
    /// In the order of the floats, which are at least 0.
    static std::uint64_t key_of(float squares, std::uint32_t position) noexcept {
        return static_cast<std::uint64_t>(std::bit_cast<std::uint32_t>(squares)) << 32 | position;
    }
    void replace_worst(std::uint64_t key) noexcept {
        const std::size_t size = heap_.size();
        std::uint64_t* heap = heap_.data();
        std::size_t hole = 0;
        for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
            child += static_cast<std::size_t>(child + 1 < size && heap[child + 1] > heap[child]);
            if (heap[child] <= key) break;
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = key;
        worst_ = std::bit_cast<float>(static_cast<std::uint32_t>(heap[0] >> 32));
    }

    std::span<std::uint64_t> heap_;
    float worst_ = largest_float;
};

/// All points so near.
class Within {
public:
    Within(const BlockTree& tree, double squares, const FunctionRef<bool(const Neighbour&)>& visit) noexcept
        : bound_{tree.dimension(), squares}, visit_{visit} {}

    [[nodiscard]] bool skips(const Query& query, std::size_t node, float squares) const noexcept {
        return !going_on_ || bound_.skips(query, node, squares);
    }
    void visit(const Query& query, std::size_t block) noexcept {
        BlockSums sums;
        const std::uint64_t found = query.kernels.sums(query.tree.panel(block), query.row,
                                                       query.tree.dimension(), bound_.above(), sums);
        for_each_bit(found & there(query.tree, block), [&](std::size_t i) {
            const std::size_t position = block * block_points + i;
            const Neighbour neighbour{query.squares_to(position), query.row_at(position),
                                      static_cast<std::uint32_t>(position)};
            if (going_on_ && bound_.admits(neighbour.squares, neighbour.row)) going_on_ = visit_(neighbour);
        });
    }

private:
    Bound bound_;
    const FunctionRef<bool(const Neighbour&)>& visit_;
    bool going_on_ = true;
};

}  // namespace sonde::detail::neighbours
