// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/matrix_view.hpp"

namespace sonde::detail {

/// Numbers below `count`, ascending: all where there are at most `most`, else so many of them, drawn at random.
[[nodiscard]] std::vector<std::uint32_t> draw_rows(std::size_t count, std::size_t most, std::uint64_t seed);

/// All rows, in an order of chance.
[[nodiscard]] std::vector<float> shuffle_rows(MatrixView rows, std::uint64_t seed);

/// Those rows, one after the other.
[[nodiscard]] std::vector<float> copy_rows(MatrixView rows, std::span<const std::uint32_t> chosen);

}  // namespace sonde::detail
