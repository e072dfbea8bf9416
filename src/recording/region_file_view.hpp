// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recording/region_file_layout.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde::detail {

/// A `RegionFile` as another process sees it, which may be writing to it, may be dead, or may never have
/// written it at all: everything is checked before it is believed.
///
/// It is read, not mapped: a file that somebody cuts off would kill who touches its mapping (SIGBUS), and to
/// touch a hole takes a page. Kernels copy aligned words as a whole, so a cell is read as it was at some moment.
/// Threading: single-writer.
class RegionFileView {
public:
    /// \throws FormatError  it cannot be opened, is no such file, or is longer than 2^17 regions
    explicit RegionFileView(const std::string& path);
    RegionFileView(const RegionFileView&) = delete;
    RegionFileView& operator=(const RegionFileView&) = delete;
    ~RegionFileView();

    [[nodiscard]] std::uint64_t reach() const noexcept { return layout_.reach; }
    [[nodiscard]] std::uint64_t regions() const noexcept { return regions_; }
    /// The whole log, zeros behind it included. \throws FormatError  the file became shorter
    [[nodiscard]] std::vector<std::byte> directory() const;
    /// Reads the cells at `offset` of a region. \throws FormatError  the file became shorter
    void read(std::uint64_t region, std::uint64_t offset, std::span<Cell> cells) const;

private:
    void check();
    void read_at(std::uint64_t at, void* into, std::size_t size) const;

    int file_;
    RegionFileLayout layout_;
    std::uint64_t regions_ = 0;
};

}  // namespace sonde::detail
