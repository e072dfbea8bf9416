// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sonde/recording/thread_cells.hpp"
#include "sonde/stats/log_linear.hpp"

namespace sonde::detail {

/// What a `Duration` can hold, so that both kinds of histogram have the same buckets.
inline constexpr std::uint64_t largest_recordable = (std::uint64_t{1} << 63) - 1;

/// What a thread writes for a histogram: four words, and buckets. The extremes go first: a reader that
/// knows them need not look at buckets outside, which may lie in pages that nobody has touched.
/// Values are at most `largest_recordable`.
struct HistogramCells {
    // `lowest` holds the complement of the smallest value: cells begin at 0 and maxima only rise.
    enum Head : std::size_t { highest, lowest, sum, clamped, head_size };
    static constexpr std::size_t maxima = 2;

    Cell* head;
    Cell* buckets;
    unsigned precision_bits;

    /// By the thread whose cells these are. Cost: 2 loads and compares, 2 loads and stores.
    void record_alone(std::uint64_t value) const noexcept {
        raise_alone(value);
        head[sum].add_alone(value);
        buckets[log_linear_index(value, precision_bits)].add_alone_release(1);
    }
    void record_alone(std::uint64_t value, std::uint64_t n) const noexcept {
        raise_alone(value);
        head[sum].add_alone(value * n);
        buckets[log_linear_index(value, precision_bits)].add_alone_release(n);
    }
    /// A batch, by the thread whose cells these are. `whole(value)` is the number to record; where it is too
    /// large, `odd(value)` is called instead.
    template <class Value, class Whole, class Odd>
    void record_alone(std::span<const Value> values, Whole whole, Odd odd) const noexcept {
        std::uint64_t high = head[highest].load(), low = head[lowest].load(), total = head[sum].load();
        for (const Value& value : values) {
            const std::uint64_t v = whole(value);
            if (v > largest_recordable) [[unlikely]] {
                odd(value);
                total = head[sum].load();
                continue;
            }
            if (v > high) [[unlikely]]
                head[highest].raise_to(high = v);
            if (~v > low) [[unlikely]]
                head[lowest].raise_to(low = ~v);
            head[sum].store(total += v);
            buckets[log_linear_index(v, precision_bits)].add_alone_release(1);
        }
    }
    /// By one of many threads.
    void record_shared(std::uint64_t value, std::uint64_t n) const noexcept {
        head[highest].raise_to(value);
        head[lowest].raise_to(~value);
        head[sum].add(value * n);
        buckets[log_linear_index(value, precision_bits)].add_ordered(n);
    }

private:
    void raise_alone(std::uint64_t value) const noexcept {
        if (value > head[highest].load()) [[unlikely]]
            head[highest].store(value);
        if (~value > head[lowest].load()) [[unlikely]]
            head[lowest].store(~value);
    }
};

}  // namespace sonde::detail
