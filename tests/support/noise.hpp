// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"

namespace sonde::testing {

/// Normal numbers about an offset.
inline std::vector<float> noise(Rng& rng, std::size_t count, double scale = 1, double offset = 0) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(offset + scale * rng.normal());
    return values;
}
inline std::vector<float> noise(std::size_t count, std::uint64_t seed, double scale = 1) {
    Rng rng{seed};
    return noise(rng, count, scale);
}

}  // namespace sonde::testing
