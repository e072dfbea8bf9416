// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/byte_kernel.hpp"
#include "models/neighbour_kernel.hpp"
#include "models/neighbour_search.hpp"

namespace sonde::detail {

inline constexpr std::int32_t no_sum = -(1 << 30);  ///< below all sums of bytes

/// What whole numbers come to at most, for points so far away, in steps.
[[nodiscard]] inline std::int32_t byte_squares(double distance) noexcept {
    constexpr double most = 1 << 30;  // beyond all sums
    return static_cast<std::int32_t>(std::min(distance * distance * (1 + 1e-9) + 1, most));
}

/// The least value that `wanted` of them, or all, do not exceed. No value is negative.
[[nodiscard]] inline std::int32_t least_bound(std::span<const std::int32_t> values, std::size_t wanted,
                                              CountKernel count) noexcept {
    std::int32_t low = 0, high = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    while (low < high) {
        const std::int32_t middle = low + (high - low) / 2;
        const std::size_t below = count(values.data(), values.size(), middle);
        (below >= wanted ? high : low) = below >= wanted ? middle : middle + 1;
        if (below == wanted) break;
    }
    return high;
}

/// The points that may be among the nearest of a row, by their squared distances in bytes.
class ByteCandidates {
public:
    /// How many may be kept: those that are wanted, what is as near in bytes, and a block more.
    static constexpr std::size_t room(std::size_t wanted) noexcept { return 3 * wanted + 4 * block_points; }

    /// \param squares, positions  for `room(wanted)`
    /// \param offset              squares less what kernels sum
    /// \param error               of distances in bytes, in steps
    void start(std::int32_t* squares, std::uint32_t* positions, std::size_t wanted, std::int32_t offset,
               double error) noexcept {
        squares_ = squares;
        positions_ = positions;
        wanted_ = wanted;
        size_ = 0;
        offset_ = offset;
        limit_ = byte_squares(1e9);
        error_ = error;
    }

    /// What sums may be for a point to count.
    [[nodiscard]] std::int32_t bound() const noexcept { return limit_ - offset_; }
    [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }
    [[nodiscard]] std::span<std::int32_t> squares() const noexcept { return {squares_, size_}; }
    [[nodiscard]] std::span<const std::uint32_t> positions() const noexcept { return {positions_, size_}; }
    /// Whether there is no room for another block.
    [[nodiscard]] bool crowded() const noexcept { return size_ + block_points > room(wanted_); }

    /// That too many are as near.
    void give_up() noexcept { limit_ = no_sum; }
    [[nodiscard]] bool gave_up() const noexcept { return limit_ == no_sum; }

    void add(std::size_t block, std::uint64_t found, const ByteSums& sums) noexcept {
        std::int32_t* squares = squares_ + size_;
        std::uint32_t* positions = positions_ + size_;
        size_ += static_cast<std::size_t>(std::popcount(found));
        neighbours::for_each_bit(found, [&, offset = offset_](std::size_t i) {
            *squares++ = sums.of[i] + offset;
            *positions++ = static_cast<std::uint32_t>(block * block_points + i);
        });
    }

    /// The distances of those that are the nearest so far, in bytes, tell what else may be.
    /// \param rough_squares  of a position, in float
    /// \param slack          of them
    /// \param by             steps by distance
    template <class RoughSquares>
    void tighten(const RoughSquares& rough_squares, double slack, double by, CountKernel count) noexcept {
        if (gave_up() || size_ < wanted_) return;
        const std::int32_t nearest = least_bound(squares(), wanted_, count);
        float worst = 0;
        for (std::size_t i = 0; i < size_; ++i)
            if (squares_[i] <= nearest) worst = std::max(worst, rough_squares(positions_[i]));
        const double at_most = static_cast<double>(worst) * (1 + 2 * slack) + 1e-30;
        leave_out_above(byte_squares(std::sqrt(at_most) * by * (1 + 1e-9) + error_));
        if (crowded()) give_up();
    }

private:
    void leave_out_above(std::int32_t bound) noexcept {
        limit_ = std::min(limit_, bound);
        std::int32_t* squares = squares_;
        std::uint32_t* positions = positions_;
        const std::int32_t limit = limit_;
        const std::size_t size = size_;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size; ++i) {
            squares[kept] = squares[i];
            positions[kept] = positions[i];
            kept += static_cast<std::size_t>(squares[i] <= limit);
        }
        size_ = kept;
    }

    std::int32_t* squares_ = nullptr;
    std::uint32_t* positions_ = nullptr;
    std::size_t wanted_ = 0, size_ = 0;
    std::int32_t offset_ = 0, limit_ = no_sum;
    double error_ = 0;
};

}  // namespace sonde::detail
