// SPDX-License-Identifier: Apache-2.0
#include "recording/slots.hpp"

namespace sonde::detail {

namespace {

std::size_t rounded_up(std::size_t value, std::size_t step) { return (value + step - 1) / step * step; }

}  // namespace

std::optional<std::size_t> Slots::take(const CellLayout& layout, std::size_t reach) {
    Kind& kind = kinds_[shape(layout)];
    if (kind.free.empty()) {
        kind.free.reserve(kind.slots + 1);
        const auto fresh = place(layout, reach);
        if (!fresh) return std::nullopt;
        kind.free.push_back(*fresh);
        ++kind.slots;
    }
    const std::size_t offset = kind.free.back();
    taken_.emplace(offset, layout);
    kind.free.pop_back();
    return offset;
}

void Slots::give_back(std::size_t offset) noexcept {
    const auto found = taken_.find(offset);
    kinds_.find(shape(found->second))->second.free.push_back(offset);
    taken_.erase(found);
}

std::optional<std::size_t> Slots::place(const CellLayout& layout, std::size_t reach) {
    const std::size_t bytes = layout.size * sizeof(Cell);
    return bytes <= largest_small ? place_small(bytes, reach)
                                  : place_large(bytes, layout.page_at * sizeof(Cell), reach);
}

std::optional<std::size_t> Slots::place_small(std::size_t bytes, std::size_t reach) {
    std::size_t at = small_next_;
    if (at % line + bytes > line) at = rounded_up(at, line);
    if (at + bytes > small_end_) {
        const auto fresh = place_large(page, 0, reach);
        if (!fresh) return std::nullopt;
        at = *fresh;
        small_end_ = at + page;
    }
    if (at + bytes > reach) return std::nullopt;  // the first page is no more there than the region
    small_next_ = at + bytes;
    return at;
}

std::optional<std::size_t> Slots::place_large(std::size_t bytes, std::size_t page_at, std::size_t reach) {
    // The smallest place from large_end_ on whose cell number page_at begins a page.
    const std::size_t at = rounded_up(large_end_ + page_at, page) - page_at;
    if (at + bytes > reach) return std::nullopt;
    large_end_ = at + bytes;
    return at;
}

}  // namespace sonde::detail
