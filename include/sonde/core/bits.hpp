// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::detail {

// `<bit>` costs 340 lines in every file that includes us (docs/adr/0003-header-budget.md); these two are what we
// need of it.

/// The same bits as another type: `std::bit_cast`.
template <class To, class From>
[[nodiscard]] constexpr To bit_cast(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}

/// How many bits it takes to write the number: `std::bit_width`. \param value  above 0
[[nodiscard]] constexpr unsigned bit_width(std::uint64_t value) noexcept {
    return 64 - static_cast<unsigned>(__builtin_clzll(value));
}

}  // namespace sonde::detail
