// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recording/region_file_layout.hpp"
#include "recording/region_memory.hpp"
#include "recording/region_source.hpp"

namespace sonde::detail {

/// Regions in a file that other processes read, `<folder>/<pid>-<time>.sonde`.
///
/// The kernel kills who touches a hole of a file on a full disk (SIGBUS). So "open" means here that
/// the blocks are there: recording never finds that one is missing. What was written is in the file when
/// the process is killed, for the pages are the file's.
/// Threading: single-writer.
class RegionFile final : public RegionSource {
public:
    /// Makes the folder, where there is none, and a file with room for the common region.
    /// \throws std::runtime_error  it cannot be made
    explicit RegionFile(const std::string& folder);

    [[nodiscard]] std::size_t reach() const noexcept override;
    [[nodiscard]] std::size_t step() const noexcept override;
    [[nodiscard]] void* map(std::uint32_t number, std::size_t open) noexcept override;
    [[nodiscard]] bool open(Region* region, std::size_t from, std::size_t to) noexcept override;
    [[nodiscard]] bool wipes() const noexcept override { return false; }
    void wipe(Region*, std::size_t) noexcept override {}
    [[nodiscard]] bool append(std::span<const std::byte> entry) noexcept override;
    /// Begins a file for the child and maps it in the place of the parent's, which must not hold what two
    /// processes write. Where that fails the child goes on in memory of its own. It has one thread, so two
    /// regions are enough.
    [[nodiscard]] RegionSource* in_child(std::vector<Region*>& regions, const Region* own,
                                         std::size_t open) noexcept override;

    /// Deletes the file, which nobody uses yet.
    void discard() noexcept;

private:
    [[nodiscard]] bool begin(std::uint64_t regions, std::size_t open) noexcept;
    [[nodiscard]] bool fill(std::uint64_t regions, std::size_t open) noexcept;
    [[nodiscard]] bool is_ours() const noexcept;
    [[nodiscard]] bool copy_directory(int from) noexcept;
    [[nodiscard]] void* map_at(void* place, std::uint32_t number, int fixed) noexcept;

    std::string folder_, path_;
    RegionFileLayout layout_;
    std::vector<std::byte> header_;
    int file_ = -1;
    dev_t device_{};  // what `file_` stands for, unless somebody has closed it for us
    ino_t inode_{};
    std::uint64_t directory_end_;
    RegionMemory fallback_;
};

}  // namespace sonde::detail
