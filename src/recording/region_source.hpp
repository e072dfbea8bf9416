// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/recording/thread_cells.hpp"

namespace sonde::detail {

/// Where the pool's regions come from: address space that becomes memory as far as it is opened. Virtual,
/// for it is asked when a thread or a metric comes, never when one records.
/// Threading: single-writer.
class RegionSource {
public:
    RegionSource() = default;
    RegionSource(const RegionSource&) = delete;
    RegionSource& operator=(const RegionSource&) = delete;

    /// How much address space a region takes, and in which steps it is opened; whole numbers of pages, and a
    /// step is at most the reach.
    [[nodiscard]] virtual std::size_t reach() const noexcept = 0;
    [[nodiscard]] virtual std::size_t step() const noexcept = 0;

    /// The memory of region `number`, which reads as 0 and is opened up to `open`; null when it is refused.
    [[nodiscard]] virtual void* map(std::uint32_t number, std::size_t open) noexcept = 0;
    /// Opens what lies between two multiples of the step; false when it is refused.
    [[nodiscard]] virtual bool open(Region* region, std::size_t from, std::size_t to) noexcept = 0;

    /// Whether memory that was used can be had back, and how: what lies before `open` reads as 0 then.
    [[nodiscard]] virtual bool wipes() const noexcept = 0;
    virtual void wipe(Region* region, std::size_t open) noexcept = 0;

    /// Tells other processes what lies where. False when none of them can see, or there is no room.
    [[nodiscard]] virtual bool append(std::span<const std::byte> entry) noexcept = 0;

    /// In the child of a fork. Drops regions that it has no use for, but for the first and its `own`.
    /// \return  whom to ask from now on
    [[nodiscard]] virtual RegionSource* in_child(std::vector<Region*>& regions, const Region* own,
                                                 std::size_t open) noexcept = 0;

protected:
    ~RegionSource() = default;
};

}  // namespace sonde::detail
