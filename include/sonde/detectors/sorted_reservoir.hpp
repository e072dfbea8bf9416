// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/stats/sorted_buffer.hpp"

namespace sonde::detail {

/// A sample of a stream that is kept sorted: median and MAD of everything seen, in fixed memory.
///
/// Without a half-life each value seen is in the sample with the same probability (Vitter, Algorithm R,
/// ACM TOMS 11, 1985). With one, the probability that a value is still there halves every `half_life`
/// values (Aggarwal, On biased reservoir sampling, VLDB 2006): from the time it is full, a new value
/// replaces a random one with probability capacity * (1 - 2^(-1/half_life)).
/// Cost: learn O(1), and O(capacity) when the value is taken; no allocation. Threading: single-writer.
class SortedReservoir {
public:
    static constexpr Format format{"SRES", 1};

    /// The half-life that a sample of this size can follow, at least.
    [[nodiscard]] static double shortest_half_life(std::size_t capacity) noexcept {
        return 0.7 * static_cast<double>(capacity);
    }

    /// \param capacity   in [1, 2^20]
    /// \param half_life  0, or at least shortest_half_life(capacity)
    SortedReservoir(std::size_t capacity, double half_life, std::uint64_t seed);
    SortedReservoir(const SortedReservoir& other);
    SortedReservoir(SortedReservoir&&) noexcept = default;
    SortedReservoir& operator=(SortedReservoir other) noexcept {
        std::swap(slots_, other.slots_);
        std::swap(sorted_, other.sorted_);
        std::swap(half_life_, other.half_life_);
        std::swap(least_replacement_, other.least_replacement_);
        std::swap(seen_, other.seen_);
        std::swap(rng_, other.rng_);
        return *this;
    }

    /// Takes a value of the statistics' range in, or not, as chance has it. True when the sample changed.
    bool learn(double x) noexcept;

    [[nodiscard]] std::size_t capacity() const noexcept { return sorted_.capacity(); }
    [[nodiscard]] double half_life() const noexcept { return half_life_; }
    /// Values seen, taken or not.
    [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
    [[nodiscard]] double median() const noexcept { return sorted_.median(); }
    /// The standard deviation of normal data with this sample's deviations from the median.
    [[nodiscard]] double scale() const noexcept;

    void write(ByteWriter& writer) const;
    [[nodiscard]] static SortedReservoir read(ByteReader& reader, std::uint16_t version);

private:
    std::vector<double> slots_;  // in the order they were taken, so that the one to leave is a random slot
    SortedBuffer sorted_;        // the same values
    double half_life_;
    double least_replacement_;  // probability of replacement that the half-life asks for
    std::uint64_t seen_ = 0;
    Rng rng_;
};

}  // namespace sonde::detail
