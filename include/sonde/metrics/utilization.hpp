// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sonde/core/atomic.hpp"
#include "sonde/core/chrono.hpp"
#include "sonde/metrics/resource_source.hpp"

namespace sonde {

class Collector;

/// What a `Utilization` counts.
struct UtilizationOptions {
    /// What is counted, in the plural: `bytes`, `cores`, `requests`. Becomes part of the exported names;
    /// `ratio` is one of them already.
    std::string unit = "bytes";
};

/// How much of something limited is in use: a queue, a pool, memory, cores. Unknown, and therefore
/// absent, until it is first set. Values that are negative or not finite, and totals that are not above
/// 0, are not taken but counted in `rejected()`.
///
/// Both numbers change together: a writer makes `version_` odd, stores, makes it even; a reader that saw
/// an odd or a changed version looks again. All of it is sequentially consistent, hence no fence. A
/// writer that meets another one leaves: of two values set at once either may stay.
/// Threading: thread-safe, `observe` never waits.
class Utilization {
public:
    using Input = Usage;
    using Snapshot = std::optional<Usage>;

    /// \throws std::invalid_argument  the unit is not lower-case letters and underscores, or is `ratio`
    explicit Utilization(UtilizationOptions options = {});

    void set(double used, double total) noexcept { observe({used, total}); }
    void observe(Usage usage) noexcept;
    /// Makes it unknown again: the source has gone away.
    void clear() noexcept;

    [[nodiscard]] Snapshot snapshot() const noexcept;
    [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.load(); }
    [[nodiscard]] const std::string& unit() const noexcept { return unit_; }

    /// Adds used to used and total to total: two pools are one.
    void merge(const Utilization& other) noexcept;
    void collect(Collector& out, TimePoint now) const;

private:
    void store(Usage usage) noexcept;

    std::string unit_;
    detail::Atomic<std::uint64_t> version_;
    detail::Atomic<double> used_;
    detail::Atomic<double> total_;  // 0 while unknown
    detail::Atomic<std::uint64_t> rejected_;
};

}  // namespace sonde
