// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/stats/decay.hpp"
#include "sonde/stats/moments.hpp"
#include "sonde/stats/sorted_buffer.hpp"

namespace sonde {

/// Mean, variance, minimum, maximum and exact quantiles of the last n numbers, of the numbers of the
/// last so many seconds, or of both (the smaller window counts).
///
/// Nothing drifts: the moments are only ever added up, never subtracted, by two stacks of partial
/// results (Tangwongsan, Hirzel, Schneider: Low-latency sliding-window aggregation in worst-case
/// constant time, DEBS 2017, section 2), so that an outlier that leaves takes no digits along. Values
/// are taken relative to a median from at most one window ago.
/// Range: magnitudes below 3e144; others, NaN and the infinities are rejected and counted.
/// Memory: 32 bytes for each of `capacity` numbers (40 with a duration), taken at construction.
/// Cost of `observe`: that of `SortedBuffer`, plus O(1) amortized. k > 32 numbers that have become too old
/// leave together in O(n + k log k), all of them in O(1). Threading: single-writer.
class RollingWindow {
public:
    static constexpr Format format{"ROLW", 1};

    struct Options {
        std::size_t capacity = 256;  ///< the last n, in [1, 2^20]
        Duration duration{0};        ///< numbers this old or older leave; 0: age does not matter
    };

    /// \throws std::invalid_argument
    explicit RollingWindow(Options options);

    /// \param x  happens at the latest time seen
    void observe(double x) noexcept;
    /// \param now  the time of `x`; a time before the latest one counts as the latest
    void observe(double x, TimePoint now) noexcept;
    /// Lets go of what is too old at `now`. The readings below do not look at the time themselves.
    void expire(TimePoint now) noexcept;
    void clear() noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return ring_.size(); }
    [[nodiscard]] bool full() const noexcept { return size_ == ring_.size(); }
    /// Numbers refused, ever.
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

    // All of these are 0 while size() is 0.
    [[nodiscard]] double mean() const noexcept { return shift_ + all().mean; }
    /// Of the sample (n - 1); 0 below two numbers.
    [[nodiscard]] double variance() const noexcept {
        return size_ < 2 ? 0 : all().squares / static_cast<double>(size_ - 1);
    }
    [[nodiscard]] double stddev() const noexcept { return detail::sqrt(variance()); }
    [[nodiscard]] double minimum() const noexcept { return sorted_.minimum(); }
    [[nodiscard]] double maximum() const noexcept { return sorted_.maximum(); }
    /// \copydoc SortedBuffer::quantile
    [[nodiscard]] double quantile(double q) const noexcept { return sorted_.quantile(q); }
    [[nodiscard]] double median() const noexcept { return sorted_.median(); }
    /// \copydoc SortedBuffer::mad
    [[nodiscard]] double mad() const noexcept { return sorted_.mad(); }
    /// Number `i` from the oldest on, below size(); unchecked.
    [[nodiscard]] double operator[](std::size_t i) const noexcept { return ring_[slot(i)]; }
    [[nodiscard]] double newest() const noexcept { return size_ == 0 ? 0 : (*this)[size_ - 1]; }

    /// Time between `write` and the next timed call on what was read does not count.
    void write(ByteWriter& writer) const;
    [[nodiscard]] static RollingWindow read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] std::size_t slot(std::size_t i) const noexcept {
        const std::size_t at = first_ + i;
        return at < ring_.size() ? at : at - ring_.size();
    }
    [[nodiscard]] detail::MeanAndSquares all() const noexcept {
        if (front_ == 0) return back_;
        detail::MeanAndSquares sum = suffix_[first_];
        if (front_ < size_) sum.add(back_, static_cast<double>(front_), static_cast<double>(size_ - front_));
        return sum;
    }
    void append(double x) noexcept;
    void drop_oldest(std::size_t count) noexcept;
    void drop_sorted(std::size_t count) noexcept;
    void flip() noexcept;
    void sum_front() noexcept;
    void read_ages(ByteReader& reader);

    Duration duration_;
    std::vector<double> ring_;
    std::vector<Duration> times_;  // when ring_[i] came; empty without a duration
    SortedBuffer sorted_;
    // The oldest front_ numbers have their sums in suffix_: suffix_[i] is what ring_[i] and the later ones
    // of the front add up to. The others are summed up in back_. All about shift_.
    std::vector<detail::MeanAndSquares> suffix_;
    detail::MeanAndSquares back_;
    double shift_ = 0;
    std::size_t first_ = 0, size_ = 0, front_ = 0;
    std::uint64_t rejected_ = 0;
    detail::Timeline time_;
};

}  // namespace sonde
