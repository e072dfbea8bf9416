// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sonde::detail {

// What the reader and the writer of safetensors files agree on.

inline constexpr std::size_t safetensors_prefix = 8, safetensors_max_header = 100'000'000;
inline constexpr std::string_view safetensors_metadata = "__metadata__";

/// Names and sizes in bytes, by `ElementType`.
inline constexpr std::array<std::string_view, 3> element_names{"F32", "BF16", "F16"};
inline constexpr std::array<std::size_t, 3> element_sizes{4, 2, 2};

/// How many numbers a tensor has; none when that is 2^64 or more.
[[nodiscard]] inline std::optional<std::uint64_t> elements_of(std::span<const std::size_t> shape) noexcept {
    std::uint64_t count = 1;
    for (const std::size_t size : shape)
        if (__builtin_mul_overflow(count, size, &count)) return std::nullopt;
    return count;
}

}  // namespace sonde::detail
