// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "sonde/recording/thread_cells.hpp"

namespace sonde::detail {

/// Which cells of a region are taken. Small slots share pages, in the order they are asked for, so that
/// the counts of one request lie together; large ones begin where `CellLayout::page_at` wants it.
/// Threading: single-writer.
class Slots {
public:
    static constexpr std::size_t page = 4096, line = 64, head = 128, largest_small = page / 8;

    /// The offset of free cells that end within `reach`; none when there is no place. A slot that was given
    /// back serves the same layout again. \throws std::bad_alloc  nothing has changed but room
    [[nodiscard]] std::optional<std::size_t> take(const CellLayout& layout, std::size_t reach);
    /// Needs no memory. \param offset  taken, and zero in every region
    void give_back(std::size_t offset) noexcept;

    [[nodiscard]] const std::map<std::size_t, CellLayout>& taken() const noexcept { return taken_; }

private:
    using Shape = std::tuple<std::size_t, std::size_t>;
    /// All slots of a layout that there ever were, and those that are free.
    struct Kind {
        std::size_t slots = 0;
        std::vector<std::size_t> free;  // has room for all
    };

    static Shape shape(const CellLayout& layout) { return {layout.size, layout.page_at}; }
    [[nodiscard]] std::optional<std::size_t> place(const CellLayout& layout, std::size_t reach);
    [[nodiscard]] std::optional<std::size_t> place_small(std::size_t bytes, std::size_t reach);
    [[nodiscard]] std::optional<std::size_t> place_large(std::size_t bytes, std::size_t page_at,
                                                         std::size_t reach);

    std::map<std::size_t, CellLayout> taken_;
    std::map<Shape, Kind> kinds_;
    std::size_t small_next_ = head, small_end_ = page;  // what is left of the page of small slots
    std::size_t large_end_ = page;
};

}  // namespace sonde::detail
