// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sonde/core/bits.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

/// A uniform sample of a stream of unknown length: every item seen so far is in it with the same
/// probability, capacity / count.
///
/// Algorithm R (Vitter, Random sampling with a reservoir, ACM TOMS 11, 1985), not the faster Algorithm L
/// (Li, ACM TOMS 20, 1994), whose state two reservoirs cannot merge; a random number is about 1 ns.
/// NaN, the infinities and magnitudes from 3e144 on are rejected and counted, when T is floating-point.
/// Memory: `capacity` items, taken at construction. Cost: O(1). Threading: single-writer.
template <class T>
class Reservoir {
    static_assert(std::is_trivially_copyable_v<T>, "an item is copied while a request waits");

public:
    static constexpr Format format{"RSVR", 1};
    static constexpr std::size_t max_capacity = std::size_t{1} << 20;

    /// \param capacity  in [1, 2^20] \throws std::invalid_argument
    Reservoir(std::size_t capacity, Rng rng) : capacity_{capacity}, rng_{rng} {
        if (capacity < 1 || capacity > max_capacity)
            fail("Reservoir", "capacity", static_cast<double>(capacity), "in [1, 1048576]");
        items_.reserve(capacity);
    }
    Reservoir(const Reservoir& other) : Reservoir{other.capacity_, other.rng_} { take_over(other); }
    Reservoir(Reservoir&&) noexcept = default;
    Reservoir& operator=(Reservoir other) noexcept {
        std::swap(capacity_, other.capacity_);
        std::swap(rng_, other.rng_);
        std::swap(items_, other.items_);
        std::swap(count_, other.count_);
        std::swap(rejected_, other.rejected_);
        return *this;
    }

    void observe(const T& item) noexcept {
        if constexpr (std::is_floating_point_v<T>) {
            if (!detail::in_range(static_cast<double>(item))) {
                ++rejected_;
                return;
            }
        }
        ++count_;
        if (items_.size() < capacity_) {
            items_.push_back(item);  // within what was reserved
        } else if (const std::uint64_t at = rng_.below(count_); at < capacity_) {
            items_[static_cast<std::size_t>(at)] = item;
        }
    }

    /// Leaves a uniform sample of both streams. A smaller reservoir that has dropped items already has no
    /// more to give: then this one shrinks to its capacity. Merged with itself it keeps its items, and as many as
    /// there is room for come twice. Cost: O(capacity), no allocation.
    void merge(const Reservoir& other) noexcept;

    /// The sample, in no order that means anything.
    [[nodiscard]] std::span<const T> items() const noexcept { return items_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// Items seen.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }

    /// Goes on as this one would have: the random numbers are written too.
    void write(ByteWriter& writer) const requires std::is_arithmetic_v<T>;
    [[nodiscard]] static Reservoir read(ByteReader& reader,
                                        std::uint16_t version) requires std::is_arithmetic_v<T>;

private:
    using RngState = std::array<std::uint64_t, 4>;

    void double_up() noexcept;
    [[nodiscard]] static T read_item(ByteReader& reader);
    void take_over(const Reservoir& other) {
        items_.insert(items_.end(), other.items_.begin(), other.items_.end());
        count_ = other.count_;
        rejected_ = other.rejected_;
    }

    std::size_t capacity_;
    Rng rng_;
    std::vector<T> items_;
    std::uint64_t count_ = 0, rejected_ = 0;
};

template <class T>
void Reservoir<T>::double_up() noexcept {
    const std::size_t held = items_.size(), room = capacity_ - held;
    for (std::size_t i = 0; i < held && i < room; ++i) {
        std::swap(items_[i], items_[i + static_cast<std::size_t>(rng_.below(held - i))]);
        items_.push_back(items_[i]);
    }
    count_ *= 2;
    rejected_ *= 2;
}

template <class T>
void Reservoir<T>::merge(const Reservoir& other) noexcept {
    if (this == &other) return double_up();
    if (other.count_ > other.items_.size() && other.items_.size() < capacity_)
        capacity_ = other.items_.size();
    // How many items of the joint sample come from which side: drawn without replacement.
    std::uint64_t own_left = count_, other_left = other.count_;
    std::size_t from_own = 0, from_other = 0;
    while (from_own + from_other < capacity_ && own_left + other_left > 0) {
        const bool own = rng_.below(own_left + other_left) < own_left;
        (own ? own_left : other_left) -= 1;
        (own ? from_own : from_other) += 1;
    }
    count_ += other.count_;
    rejected_ += other.rejected_;

    // Which: the first steps of a shuffle here, Knuth's Algorithm S (TAOCP 2, 3.4.2) there.
    for (std::size_t i = 0; i < from_own; ++i)
        std::swap(items_[i], items_[i + static_cast<std::size_t>(rng_.below(items_.size() - i))]);
    while (items_.size() > from_own) items_.pop_back();
    const std::size_t available = other.items_.size();
    for (std::size_t i = 0; from_other > 0; ++i) {
        if (rng_.below(available - i) >= from_other) continue;
        items_.push_back(other.items_[i]);
        --from_other;
    }
}

template <class T>
void Reservoir<T>::write(ByteWriter& writer) const requires std::is_arithmetic_v<T> {
    writer.u64(capacity_);
    for (const std::uint64_t word : detail::bit_cast<RngState>(rng_)) writer.u64(word);
    writer.u64(count_);
    writer.u64(rejected_);
    for (const T& item : items_) {
        if constexpr (std::is_floating_point_v<T>)
            writer.f64(static_cast<double>(item));
        else
            writer.u64(static_cast<std::uint64_t>(item));
    }
}

template <class T>
T Reservoir<T>::read_item(ByteReader& reader) {
    if constexpr (std::is_floating_point_v<T>) {
        const double x = reader.finite();
        double largest = detail::largest_value;
        if constexpr (sizeof(T) < sizeof(double))
            largest = static_cast<double>((std::numeric_limits<T>::max)());
        if (!detail::in_range(x) || detail::abs(x) > largest)
            fail_format("Reservoir", "an item out of range");
        return static_cast<T>(x);
    } else {
        return static_cast<T>(reader.u64());
    }
}

template <class T>
Reservoir<T> Reservoir<T>::read(ByteReader& reader, std::uint16_t) requires std::is_arithmetic_v<T> {
    const std::uint64_t capacity = reader.u64();
    RngState state;
    for (std::uint64_t& word : state) word = reader.u64();
    const std::uint64_t count = reader.u64(), rejected = reader.u64();
    if (capacity < 1 || capacity > max_capacity) fail_format("Reservoir", "capacity out of range");
    if (count > detail::largest_count) fail_format("Reservoir", "more items than can be");
    if ((state[0] | state[1] | state[2] | state[3]) == 0) fail_format("Reservoir", "random state of zeros");
    const auto held = static_cast<std::size_t>(count < capacity ? count : capacity);
    if (held > reader.left() / 8) fail_format("Reservoir", "items missing");
    Reservoir result{static_cast<std::size_t>(capacity), detail::bit_cast<Rng>(state)};
    for (std::size_t i = 0; i < held; ++i) result.items_.push_back(read_item(reader));
    result.count_ = count;
    result.rejected_ = rejected;
    return result;
}

}  // namespace sonde
