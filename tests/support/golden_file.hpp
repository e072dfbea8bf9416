// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sonde::testing {

/// The bytes of a file in tests/golden; none where there is no such file. ctest says where the sources are; from
/// elsewhere the working folder must be that of the sources.
inline std::vector<std::byte> golden_file(const std::string& name) {
    const char* source = std::getenv("SONDE_SOURCE_DIR");
    std::ifstream stream{std::string{source == nullptr ? "." : source} + "/tests/golden/" + name,
                         std::ios::binary};
    const std::vector<char> bytes{std::istreambuf_iterator<char>{stream}, {}};
    std::vector<std::byte> result;
    result.reserve(bytes.size());
    for (const char byte : bytes) result.push_back(static_cast<std::byte>(byte));
    return result;
}

}  // namespace sonde::testing
