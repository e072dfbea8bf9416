// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "sonde/core/atomic.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

class NeighbourIndex;
struct Neighbour;

/// A `NeighbourIndex` of training rows, which copies of a model share. Moved from, it may only be assigned to or
/// destroyed. Threading: immutable.
class SharedNeighbours {
public:
    /// \param rows  copied; at least one, at most 2^31 - 1, at least one feature, every value finite
    explicit SharedNeighbours(MatrixView rows);
    SharedNeighbours(const SharedNeighbours& other) noexcept : held_{other.held_} { owners().add(1); }
    SharedNeighbours(SharedNeighbours&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
    SharedNeighbours& operator=(SharedNeighbours other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~SharedNeighbours();

    [[nodiscard]] const NeighbourIndex& operator*() const noexcept;
    [[nodiscard]] const NeighbourIndex* operator->() const noexcept { return &**this; }

private:
    struct Held;
    [[nodiscard]] Atomic<std::uint64_t>& owners() const noexcept;

    Held* held_;
};

}  // namespace sonde::detail
