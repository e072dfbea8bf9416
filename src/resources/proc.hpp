// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sonde::detail {

/// The first `limit` bytes of a file of the kernel; empty when it cannot be read, or there is no memory.
[[nodiscard]] std::string read_proc(const std::string& path, std::size_t limit) noexcept;

/// Takes the next word, of what is left of a text, as a whole number; absent when it is none.
[[nodiscard]] std::optional<std::uint64_t> take_number(std::string_view& text) noexcept;

/// Takes the next line.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& text) noexcept;

/// The bytes that `meminfo` gives for a key: `"MemTotal:"`.
[[nodiscard]] std::optional<double> meminfo_bytes(std::string_view meminfo, std::string_view key) noexcept;

}  // namespace sonde::detail
