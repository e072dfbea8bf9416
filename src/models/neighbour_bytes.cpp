// SPDX-License-Identifier: Apache-2.0
#include "models/neighbour_bytes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/byte_candidates.hpp"
#include "models/neighbour_search.hpp"
#include "models/sum_of_squares.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

using namespace neighbours;

namespace {

constexpr std::size_t room_at_once = 4096;  // 32 kB of stack
constexpr std::size_t first_blocks = 4;     // nearest boxes, which tell early what is far
constexpr int middle_byte = 128;            // that stands for 0 of a point
constexpr int largest_byte = 127;

/// \returns  the nearest whole number in [-middle, middle - 1]; one of them for NaN too
int to_byte(double x, int middle = middle_byte) noexcept {
    const double shifted = x + middle + 0.5;
    if (!(shifted > 0)) return -middle;
    return static_cast<int>(std::min(shifted, 2 * middle - 0.5)) - middle;
}

}  // namespace

/// Of a few rows.
class NeighbourBytes::Search {
public:
    Search(const NeighbourBytes& bytes, const BlockTree& tree, MatrixView rows, std::size_t count,
           std::uint32_t first_excluded) noexcept
        : bytes_{bytes},
          tree_{tree},
          rows_{rows},
          count_{count},
          first_excluded_{first_excluded},
          slack_{float_slack(tree.dimension())} {}

    void seek() noexcept {
        std::size_t open[most_rows + 3], size = 0;
        for (std::size_t i = 0; i < rows_.rows(); ++i) {
            start(i);
            if (seek_near(i)) open[size++] = i;
        }
        if (size == 1) {
            for (std::size_t block = 0; block < tree_.blocks(); ++block)
                if (!seen(open[0], block)) show(open[0], block);
            return;
        }
        std::fill_n(open + size, 3, no_row);
        for (std::size_t block = 0; size > 0 && block < tree_.blocks(); ++block)
            for (std::size_t first = 0; first < size; first += 4) show_four(open + first, block);
    }

    /// \returns  whether bytes were of use
    bool hand_over(std::size_t i, const FoundNeighbours& found) noexcept {
        const ByteCandidates& candidates = state_[i].candidates;
        tighten(i);
        if (candidates.gave_up()) return false;
        // The order of floats that are not negative is that of their bits.
        const auto rough = candidates.squares();
        const auto positions = candidates.positions();
        for (std::size_t n = 0; n < rough.size(); ++n)
            rough[n] = std::bit_cast<std::int32_t>(rough_squares(i, positions[n]));
        const auto last = std::bit_cast<float>(least_bound(rough, candidates.wanted(), bytes_.floats_.count));
        const double reach = (static_cast<double>(last) + 1e-30) * (1 + 4 * slack_);
        const auto bound = std::bit_cast<std::int32_t>(static_cast<float>(reach));
        const std::uint32_t excluded = excluded_by(first_excluded_, i);
        Neighbour nearest[ByteCandidates::room(most_wanted + 1)];
        std::size_t size = 0;
        for (std::size_t n = 0; n < rough.size(); ++n) {
            const std::uint32_t row = tree_.rows()[positions[n]];
            if (rough[n] <= bound && row != excluded)
                nearest[size++] = {squares(i, positions[n]), row, positions[n]};
        }
        if (size < count_) return false;
        std::partial_sort(nearest, nearest + count_, nearest + size);
        found(i, {nearest, count_});
        return true;
    }

private:
    static constexpr std::size_t no_row = most_rows;

    struct State {
        ByteCandidates candidates;
        std::size_t seen;
        std::uint32_t blocks[first_blocks];  // that were seen
        std::int8_t bytes[most_dimension];
    };

    /// The walk to the nearest boxes.
    struct Near {
        Search& search;
        std::size_t row;

        [[nodiscard]] bool skips(const Query&, std::size_t, float) const noexcept {
            return search.state_[row].seen == first_blocks;
        }
        void visit(const Query&, std::size_t block) noexcept {
            State& state = search.state_[row];
            state.blocks[state.seen++] = static_cast<std::uint32_t>(block);
            search.show(row, block);
        }
    };

    void start(std::size_t i) noexcept {
        const auto row = rows_.row(i);
        State& to = state_[i];
        const int unit = bytes_.kernels_.unit;
        const double by = bytes_.by_ / unit, *middle = bytes_.middle_.data();
        std::int32_t sum = 0, norm = 0;
        double lost = 0;
        for (std::size_t f = 0; f < row.size(); ++f) {
            const double x = (static_cast<double>(row[f]) - middle[f]) * by;
            const int byte = to_byte(x, middle_byte / unit);
            to.bytes[f] = static_cast<std::int8_t>(byte);
            sum += byte;
            norm += byte * byte;
            lost += (x - byte) * (x - byte);
        }
        for (std::size_t f = row.size(); f < 4 * bytes_.groups_; ++f) to.bytes[f] = 0;
        const std::size_t wanted = count_ + (first_excluded_ == Neighbour::none ? 0 : 1);
        const std::size_t first = i * ByteCandidates::room(wanted);
        const double error = bytes_.error_ + unit * std::sqrt(lost);
        to.candidates.start(squares_ + first, positions_ + first, wanted,
                            unit * (unit * norm + 2 * middle_byte * sum), error);
        to.seen = 0;
        std::fill_n(to.blocks, first_blocks, Neighbour::none);
        const double farthest = 4 * largest_byte * std::sqrt(static_cast<double>(row.size()));
        if (error > farthest || !all_finite(row)) to.candidates.give_up();
    }

    /// \returns  whether to go on
    bool seek_near(std::size_t i) noexcept {
        if (state_[i].candidates.gave_up()) return false;
        Near near{*this, i};
        walk({tree_, bytes_.floats_, rows_.row(i).data(), Neighbour::none}, near);
        tighten(i);
        return !state_[i].candidates.gave_up();
    }

    [[nodiscard]] bool seen(std::size_t i, std::size_t block) const noexcept {
        const auto& blocks = state_[i].blocks;
        return std::find(blocks, blocks + first_blocks, block) != blocks + first_blocks;
    }

    void tighten(std::size_t i) noexcept {
        const auto rough = [this, i](std::uint32_t position) { return rough_squares(i, position); };
        state_[i].candidates.tighten(rough, slack_, bytes_.by_, bytes_.floats_.count);
    }

    [[nodiscard]] float rough_squares(std::size_t i, std::uint32_t position) const noexcept {
        return bytes_.floats_.pair(rows_.row(i).data(), bytes_.point(position), bytes_.dimension_);
    }
    [[nodiscard]] double squares(std::size_t i, std::uint32_t position) const noexcept {
        const float *row = rows_.row(i).data(), *point = bytes_.point(position);
        return sum_of_squares(bytes_.dimension_, [&](std::size_t f) {
            return static_cast<double>(row[f]) - static_cast<double>(point[f]);
        });
    }

    void add(std::size_t i, std::size_t block, std::uint64_t found, const ByteSums& sums) noexcept {
        ByteCandidates& candidates = state_[i].candidates;
        candidates.add(block, found & there(tree_, block), sums);
        if (candidates.crowded()) tighten(i);
    }

    void show(std::size_t i, std::size_t block) noexcept {
        ByteSums sums;
        const std::int32_t bound = state_[i].candidates.bound();
        const auto found = bytes_.kernels_.one(bytes_.panel(block), state_[i].bytes, bound, sums);
        if (found != 0) add(i, block, found, sums);
    }

    /// \param open  of four rows
    void show_four(const std::size_t* open, std::size_t block) noexcept {
        const std::int8_t* rows[4];
        std::int32_t bounds[4];
        for (std::size_t n = 0; n < 4; ++n) {
            const bool is_row = open[n] != no_row;
            rows[n] = state_[open[is_row ? n : 0]].bytes;
            bounds[n] = is_row ? state_[open[n]].candidates.bound() : no_sum;
        }
        ByteSums sums[4];
        std::uint64_t found[4];
        bytes_.kernels_.four(bytes_.panel(block), rows, bounds, sums, found);
        for (std::size_t n = 0; n < 4; ++n)
            if (found[n] != 0 && !seen(open[n], block)) add(open[n], block, found[n], sums[n]);
    }

    const NeighbourBytes& bytes_;
    const BlockTree& tree_;
    MatrixView rows_;
    std::size_t count_;
    std::uint32_t first_excluded_;
    double slack_;
    State state_[most_rows];
    std::int32_t squares_[room_at_once];
    std::uint32_t positions_[room_at_once];
};

std::size_t NeighbourBytes::together(std::size_t count) noexcept {
    return std::min(most_rows, room_at_once / ByteCandidates::room(count + 1) / 4 * 4);
}

NeighbourBytes::NeighbourBytes(const BlockTree& tree, InstructionSet set)
    : kernels_{byte_kernels(set)},
      floats_{neighbour_kernels(set)},
      dimension_{tree.dimension()},
      groups_{(dimension_ + 3) / 4} {
    if (kernels_.one == nullptr || dimension_ > most_dimension) return;
    const float *low = tree.low(0), *high = tree.high(0);
    double widest = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const auto a = static_cast<double>(low[i]), b = static_cast<double>(high[i]);
        middle_.push_back((a + b) / 2);
        widest = std::max(widest, b - a);
    }
    constexpr double least = 1e-10, most = 1e15;  // whose squares are far from what floats lose
    if (widest < least || widest > most) return;
    by_ = 2 * largest_byte / widest;
    fill(tree);
}

void NeighbourBytes::fill(const BlockTree& tree) {
    lanes_.resize(tree.blocks() * groups_);
    norms_.resize(tree.blocks() * block_points);
    values_.resize(tree.points() * dimension_);
    for (std::size_t position = 0; position < tree.points(); ++position) {
        ByteLanes* lanes = lanes_.data() + position / block_points * groups_;
        std::uint8_t* to = &lanes->of[4 * (position % block_points)];
        double lost = 0;
        for (std::size_t i = 0; i < dimension_; ++i) {
            const float value = tree.value(position, i);
            const double x = (static_cast<double>(value) - middle_[i]) * by_;
            const int byte = to_byte(x);
            to[i / 4 * sizeof(ByteLanes) + i % 4] = static_cast<std::uint8_t>(byte + middle_byte);
            norms_[position] += byte * byte;
            lost += (x - byte) * (x - byte);
            values_[position * dimension_ + i] = value;
        }
        error_ = std::max(error_, std::sqrt(lost));
    }
    // What double rounded of both: of a value at most 2^-29 of the range, to which 24 bits of it are added.
    error_ = error_ * (1 + 1e-9) + 2e-6 * static_cast<double>(dimension_);
}

BytePanel NeighbourBytes::panel(std::size_t block) const noexcept {
    return {lanes_.data() + block * groups_, norms_.data() + block * block_points, groups_};
}

std::uint32_t NeighbourBytes::nearest(const BlockTree& tree, MatrixView rows, std::size_t count,
                                      const FoundNeighbours& found,
                                      std::uint32_t first_excluded) const noexcept {
    Search search{*this, tree, rows, count, first_excluded};
    search.seek();
    std::uint32_t open = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        if (!search.hand_over(i, found)) open |= std::uint32_t{1} << i;
    return open;
}

}  // namespace sonde::detail
