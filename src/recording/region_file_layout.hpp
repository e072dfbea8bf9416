// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/bytes.hpp"

namespace sonde::detail {

/// A process's file of a shared folder, from its begin to its end:
///
///     header      this, as `to_bytes` writes it; at 0, and the last that is written when a file is made
///     directory   a log of sealed objects that say what lies where in a region; then zeros
///     regions     the common one and those of threads, `reach` bytes each, mostly holes
///
/// All of it only grows: regions are there when the file is long enough, entries of the log when their
/// checksum is right. So nothing has to be published in a second step, which a kill could prevent.
struct RegionFileLayout {
    static constexpr Format format{"SHRD", 1};
    static constexpr std::uint64_t largest_reach = std::uint64_t{1} << 28;

    std::uint64_t directory_at = 4096;
    std::uint64_t regions_at = std::uint64_t{4} << 20;  // where pages of every size begin
    std::uint64_t reach = std::uint64_t{64} << 20;      // of a region

    [[nodiscard]] std::uint64_t region_at(std::uint64_t number) const noexcept {
        return regions_at + number * reach;
    }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  a layout that nobody writes, another byte order
    [[nodiscard]] static RegionFileLayout read(ByteReader& reader, std::uint16_t version);
};

}  // namespace sonde::detail
