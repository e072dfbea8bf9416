// SPDX-License-Identifier: Apache-2.0
#include <sonde/core/concepts.hpp>

// A score is asked for on the request path: it must promise not to throw.
struct Constant {
    using Input = double;
#ifdef SONDE_MUST_NOT_COMPILE
    [[nodiscard]] sonde::Score score(double) const { return {}; }
#else
    [[nodiscard]] sonde::Score score(double) const noexcept { return {}; }
#endif
};

static_assert(sonde::Scorer<Constant>);
