// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recording/region_source.hpp"

namespace sonde::detail {

/// How much address space regions take: `largest`, less where RLIMIT_AS is near, for the host needs it
/// more than we do. 64 KiB or a multiple.
[[nodiscard]] std::size_t reach_within_limits(std::size_t largest) noexcept;

/// Memory of this process alone. It is reserved without access and opened as far as metrics reach into it,
/// so that a host with strict overcommit is charged for what can be used, not for what could be.
class RegionMemory final : public RegionSource {
public:
    static constexpr std::size_t largest_reach = std::size_t{256} << 20;

    explicit RegionMemory(std::size_t reach) noexcept : reach_{reach} {}

    [[nodiscard]] std::size_t reach() const noexcept override { return reach_; }
    [[nodiscard]] std::size_t step() const noexcept override;
    [[nodiscard]] void* map(std::uint32_t number, std::size_t open) noexcept override;
    [[nodiscard]] bool open(Region* region, std::size_t from, std::size_t to) noexcept override;
    [[nodiscard]] bool wipes() const noexcept override { return true; }
    void wipe(Region* region, std::size_t open) noexcept override;
    [[nodiscard]] bool append(std::span<const std::byte>) noexcept override { return false; }
    [[nodiscard]] RegionSource* in_child(std::vector<Region*>&, const Region*,
                                         std::size_t) noexcept override {
        return this;  // the child has a copy, as of all memory
    }

    /// Puts such memory in the place of a region; false when it is refused. The head must be made again.
    [[nodiscard]] bool replace(Region* region, std::size_t open) noexcept;

private:
    std::size_t reach_;
};

}  // namespace sonde::detail
