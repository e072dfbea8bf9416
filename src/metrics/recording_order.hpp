// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "sonde/metrics/recordings.hpp"

namespace sonde::detail {

/// The order of labels that are sorted by name themselves.
[[nodiscard]] inline bool labels_before(const Labels& a, const Labels& b) noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](const Label& x, const Label& y) noexcept {
                                            const int order = x.name.compare(y.name);
                                            return order != 0 ? order < 0 : x.value < y.value;
                                        });
}

/// The order of `Recordings::items`.
[[nodiscard]] inline bool comes_before(const Recording& a, const Recording& b) noexcept {
    const int order = a.name.compare(b.name);
    return order != 0 ? order < 0 : labels_before(a.labels, b.labels);
}

}  // namespace sonde::detail
