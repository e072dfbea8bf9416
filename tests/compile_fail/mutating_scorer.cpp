// SPDX-License-Identifier: Apache-2.0
#include <sonde/core/concepts.hpp>

// Judging is not learning: the same input gives the same score twice, so score is const.
struct Counting {
    using Input = double;
#ifdef SONDE_MUST_NOT_COMPILE
    [[nodiscard]] sonde::Score score(double) noexcept { return {}; }
#else
    [[nodiscard]] sonde::Score score(double) const noexcept { return {}; }
#endif
};

static_assert(sonde::Scorer<Counting>);
