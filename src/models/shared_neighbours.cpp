// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/shared_neighbours.hpp"

#include "models/neighbour_index.hpp"

namespace sonde::detail {

struct SharedNeighbours::Held {
    explicit Held(MatrixView rows) : index{rows} {}

    NeighbourIndex index;
    Atomic<std::uint64_t> owners{1};
};

SharedNeighbours::SharedNeighbours(MatrixView rows) : held_{new Held{rows}} {}

SharedNeighbours::~SharedNeighbours() {
    // The last owner sees all that the others did: the count is sequentially consistent on its way down.
    if (held_ != nullptr && owners().add_ordered(~std::uint64_t{0}) == 1) delete held_;
}

const NeighbourIndex& SharedNeighbours::operator*() const noexcept { return held_->index; }

Atomic<std::uint64_t>& SharedNeighbours::owners() const noexcept { return held_->owners; }

}  // namespace sonde::detail
