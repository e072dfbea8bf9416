// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"

namespace sonde {

/// Numbers kept in order, for exact quantiles of a window.
///
/// Range: magnitudes below 3e144. Memory: 8 bytes for each of `capacity` numbers, taken at construction.
/// Cost: `insert` and `erase` O(log n) comparisons and one `memmove` of up to 8 n bytes (about 70 ns at
/// 256 numbers); `quantile`, `minimum`, `maximum` O(1); `mad` O(log n). Threading: single-writer.
class SortedBuffer {
public:
    static constexpr Format format{"SRTB", 1};
    static constexpr std::size_t max_capacity = std::size_t{1} << 20;

    /// \param capacity  in [1, 2^20] \throws std::invalid_argument
    explicit SortedBuffer(std::size_t capacity);

    /// False, and nothing changes, when the buffer is full or `x` is out of range.
    bool insert(double x) noexcept;
    /// Takes one number that equals `x` out; false when there is none.
    bool erase(double x) noexcept;
    /// Takes one number that equals it out for each of `ascending`. Cost: O(n).
    void erase(std::span<const double> ascending) noexcept;
    /// Holds `values`, in whatever order they come, and nothing else; false, and nothing changes, when they
    /// are more than `capacity()` or one is out of range. Cost: O(n log n), no allocation.
    bool assign(std::span<const double> values) noexcept;
    void clear() noexcept { size_ = 0; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return values_.size(); }
    /// Ascending.
    [[nodiscard]] std::span<const double> values() const noexcept { return {values_.data(), size_}; }

    // All of these are 0 while size() is 0.
    [[nodiscard]] double minimum() const noexcept { return size_ == 0 ? 0 : values_[0]; }
    [[nodiscard]] double maximum() const noexcept { return size_ == 0 ? 0 : values_[size_ - 1]; }
    /// Linear between the two nearest numbers (Hyndman and Fan, The American Statistician 50, 1996,
    /// type 7). \param q  clamped to [0, 1]
    [[nodiscard]] double quantile(double q) const noexcept;
    [[nodiscard]] double median() const noexcept { return quantile(0.5); }
    /// The median of the distances from the median, not scaled; times 1.4826 it estimates the standard
    /// deviation of normal data.
    [[nodiscard]] double mad() const noexcept;

    void write(ByteWriter& writer) const;
    [[nodiscard]] static SortedBuffer read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] std::size_t position(double x) const noexcept;
    [[nodiscard]] double distance(double from, std::size_t rank) const noexcept;

    std::vector<double> values_;  // size_ of them in use, ascending
    std::size_t size_ = 0;
};

}  // namespace sonde
