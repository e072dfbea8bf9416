// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace sonde::testing {

/// Says what is wrong and ends the process at once: no destructor runs, no other thread is waited for.
inline void must(bool holds, const char* what) noexcept {
    if (holds) return;
    std::fprintf(stderr, "FAILED: %s\n", what);
    std::_Exit(EXIT_FAILURE);
}

inline void must_equal(std::uint64_t is, std::uint64_t should_be, const char* what) noexcept {
    if (is == should_be) return;
    std::fprintf(stderr, "FAILED: %s: is %llu, should be %llu\n", what, static_cast<unsigned long long>(is),
                 static_cast<unsigned long long>(should_be));
    std::_Exit(EXIT_FAILURE);
}

}  // namespace sonde::testing
