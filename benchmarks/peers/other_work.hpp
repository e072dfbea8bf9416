// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "keep.hpp"
#include "sonde/core/rng.hpp"

namespace peers {

/// What a server does besides recording: some 0.1 us of arithmetic.
inline void other_work(sonde::Rng& rng) {
    for (int i = 0; i < 64; ++i) keep(rng.next());
}

}  // namespace peers
