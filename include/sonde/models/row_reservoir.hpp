// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/atomic.hpp"
#include "sonde/core/concepts.hpp"

namespace sonde {

/// How many rows a `RowReservoir` holds, and how far back they reach.
struct RowReservoirOptions {
    /// Rows that are held, in [1, 2^20].
    std::size_t capacity = 4096;
    /// Once it is full, the chance that an offered row is taken, in (0, 1]. After k more offers a row is still held
    /// with probability (1 - acceptance / capacity)^k, so that rows are capacity / acceptance offers old on average.
    double acceptance = 0.1;
    /// Draws which rows are taken and which ones they replace.
    std::uint64_t seed = 1;
};

/// A sample of the recent rows of a stream that many threads offer to: what a model is trained on again while it
/// serves. The newer a row, the likelier it is held, falling off exponentially (Aggarwal: On biased reservoir sampling
/// in the presence of stream evolution, VLDB 2006, section 2.1, with its p_in as `acceptance`); until it is full every
/// row is taken.
///
/// Cost of an offer: a look at each feature, and a copy of the row when it is taken; no allocation, nothing is
/// waited for. Memory: 4 bytes per feature and 4 per row of `capacity`, taken at construction.
/// Threading: thread-safe.
///
/// How: every place has a state. Who wants to write or read one makes it busy first; an offer that finds it busy is
/// dropped, a reader waits for the copy of one row. The number of an offer seeds its random numbers, so that threads
/// share nothing but a count.
class RowReservoir {
public:
    /// What became of an offer.
    enum class Offer : std::uint8_t {
        taken,
        skipped,   ///< by chance
        dropped,   ///< its place was being read or written
        rejected,  ///< wrong dimension, NaN or infinity
    };

    /// \param dimension  features of a row, at least 1; dimension x capacity is at most 2^32
    /// \throws std::invalid_argument  out of range
    explicit RowReservoir(std::size_t dimension, const RowReservoirOptions& options = {});

    Offer offer(const Row& row) noexcept;

    /// A copy of the rows that are held, one after the other, in an order drawn by `seed`. Offers go on meanwhile.
    [[nodiscard]] std::vector<float> rows(std::uint64_t seed = 0) const;

    /// Rows that are held.
    [[nodiscard]] std::size_t size() const noexcept { return size_.load(); }
    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return states_.size(); }

private:
    enum class State : std::uint32_t { empty, held, busy };

    [[nodiscard]] bool wait_for(detail::Atomic<State>& state) const noexcept;

    std::size_t dimension_;
    double acceptance_;
    std::uint64_t seed_;
    std::vector<float> values_;  // [capacity x dimension]
    mutable std::vector<detail::Atomic<State>> states_;
    alignas(64) detail::Atomic<std::uint64_t> offered_;  // lines of their own: what every offer writes
    alignas(64) detail::Atomic<std::size_t> size_;
};

}  // namespace sonde
