// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

/// libFuzzer's own change of some bytes, in place. \returns  the new size
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace sonde::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// What must hold of every input: a finding if not.
inline void require(bool fact) {
    if (!fact) std::abort();
}

/// The bytes, changed; at most `max_size`.
inline Bytes mutated(Bytes bytes, std::size_t max_size) {
    if (max_size == 0) return {};
    const std::size_t size = std::min(bytes.size(), max_size);
    bytes.resize(max_size);
    bytes.resize(LLVMFuzzerMutate(bytes.data(), size, max_size));
    return bytes;
}

inline Bytes copy(std::span<const std::byte> bytes) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {begin, begin + bytes.size()};
}

}  // namespace sonde::fuzz
