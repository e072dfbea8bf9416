// SPDX-License-Identifier: Apache-2.0
#include "recording/region_file_layout.hpp"

#include <bit>

#include "recording/slots.hpp"
#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {
constexpr std::uint64_t largest_directory = std::uint64_t{64} << 20;
constexpr bool little_endian = std::endian::native == std::endian::little;
}  // namespace

void RegionFileLayout::write(ByteWriter& writer) const {
    writer.u8(little_endian ? 1 : 0);  // of the cells; all else has one order
    writer.u64(directory_at);
    writer.u64(regions_at);
    writer.u64(reach);
}

RegionFileLayout RegionFileLayout::read(ByteReader& reader, std::uint16_t) {
    if ((reader.choice(1) == 1) != little_endian) fail_format("RegionFileLayout", "another byte order");
    RegionFileLayout layout;
    layout.directory_at = reader.u64();
    layout.regions_at = reader.u64();
    layout.reach = reader.u64();
    if (layout.directory_at >= layout.regions_at || layout.regions_at > largest_directory)
        fail_format("RegionFileLayout", "a directory out of range");
    if (layout.reach == 0 || layout.reach > largest_reach || layout.reach % Slots::page != 0)
        fail_format("RegionFileLayout", "a reach out of range");
    return layout;
}

}  // namespace sonde::detail
