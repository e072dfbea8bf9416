// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::testing {

/// A safetensors file put together by hand: the size of the header, the header, the data.
inline std::vector<std::byte> safetensors_file(std::string_view header, std::string_view data = {}) {
    std::vector<std::byte> file;
    for (int i = 0; i < 8; ++i) file.push_back(static_cast<std::byte>(header.size() >> (8 * i)));
    for (const std::string_view part : {header, data})
        for (const char c : part) file.push_back(static_cast<std::byte>(c));
    return file;
}

/// The header of a file.
inline std::string safetensors_header(std::span<const std::byte> file) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 8; ++i) size |= std::to_integer<std::size_t>(file[i]) << (8 * i);
    std::string header;
    for (const std::byte byte : file.subspan(8, size)) header += static_cast<char>(byte);
    return header;
}

}  // namespace sonde::testing
