// SPDX-License-Identifier: Apache-2.0
#include "models/kernel_cache.hpp"

#include <algorithm>

namespace sonde::detail {

KernelCache::KernelCache(const SvmMatrix& matrix, std::size_t bytes)
    : matrix_{matrix},
      most_{std::clamp<std::size_t>(bytes / (sizeof(float) * matrix.padded()), 2,
                                    std::max<std::size_t>(matrix.size(), 2))},
      slot_of_(matrix.size(), none) {}

void KernelCache::unlink(std::uint32_t slot) noexcept {
    const Slot& s = slots_[slot];
    (s.newer == none ? newest_ : slots_[s.newer].older) = s.older;
    (s.older == none ? oldest_ : slots_[s.older].newer) = s.newer;
}

void KernelCache::link_newest(std::uint32_t slot) noexcept {
    slots_[slot].newer = none;
    slots_[slot].older = newest_;
    (newest_ == none ? oldest_ : slots_[newest_].newer) = slot;
    newest_ = slot;
}

const float* KernelCache::row(std::size_t i) {
    std::uint32_t slot = slot_of_[i];
    if (slot != none) {
        unlink(slot);
    } else {
        if (slots_.size() < most_) {
            slot = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back().values.resize(matrix_.padded());
        } else {
            slot = oldest_;
            unlink(slot);
            slot_of_[slots_[slot].row] = none;
        }
        matrix_.fill(i, slots_[slot].values.data());
        slots_[slot].row = i;
        slot_of_[i] = slot;
    }
    link_newest(slot);
    return slots_[slot].values.data();
}

}  // namespace sonde::detail
