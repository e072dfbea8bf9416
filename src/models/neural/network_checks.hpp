// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sonde::detail {

/// What a network is made of. \throws std::invalid_argument  another size, a number not finite or beyond +-1e15
void check_numbers(std::string_view where, std::string_view what, std::span<const float> values,
                   std::size_t expected);

}  // namespace sonde::detail
