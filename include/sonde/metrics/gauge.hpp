// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sonde/core/atomic.hpp"
#include "sonde/core/bits.hpp"
#include "sonde/core/chrono.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

class Collector;

/// A number that is set: a temperature, a limit, the size of a cache. For what goes up and down by steps, such
/// as the requests in flight, `UpDownCounter` costs less and adds up across processes. Unknown, and therefore
/// absent, until it is first set or added to.
/// NaN, infinities and sums beyond the range of a double are not taken but counted in `rejected()`.
/// Cost: one atomic store, `add` a compare and exchange. Threading: thread-safe, lock-free.
class Gauge {
public:
    using Input = double;
    using Snapshot = std::optional<double>;

    void set(double value) noexcept {
        if (is_finite(value))
            bits_.store(detail::bit_cast<std::uint64_t>(value));
        else
            rejected_.add(1);
    }
    void observe(double value) noexcept { set(value); }

    /// Adds to the value, to 0 where it is unknown. \param amount  may be negative
    void add(double amount) noexcept {
        std::uint64_t seen = bits_.load();
        for (;;) {
            const double sum = (seen == unknown ? 0.0 : detail::bit_cast<double>(seen)) + amount;
            if (!is_finite(sum)) return void(rejected_.add(1));
            if (bits_.replace(seen, detail::bit_cast<std::uint64_t>(sum))) return;
        }
    }

    [[nodiscard]] std::optional<double> value() const noexcept {
        const std::uint64_t bits = bits_.load();
        if (bits == unknown) return std::nullopt;
        return detail::bit_cast<double>(bits);
    }
    [[nodiscard]] Snapshot snapshot() const noexcept { return value(); }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.load(); }

    /// Adds the other's value: the gauges of two shards (bytes held) are one sum.
    void merge(const Gauge& other) noexcept {
        if (const auto theirs = other.value()) add(*theirs);
        rejected_.add(other.rejected());
    }
    void collect(Collector& out, TimePoint now) const;

private:
    // A NaN's bits stand for "unknown" and are only compared as an integer: -ffast-math denies NaNs.
    static constexpr std::uint64_t unknown = ~std::uint64_t{0};

    detail::Atomic<std::uint64_t> bits_{unknown};
    detail::Atomic<std::uint64_t> rejected_;
};

}  // namespace sonde
