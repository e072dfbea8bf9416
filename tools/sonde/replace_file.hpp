// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sonde::tool {

/// Writes a file completely or not at all: what was there before stays until all of the new one is on disk.
/// Takes its place with the usual rights of a new file.
/// \throws RunError  it cannot be written, or is there and no regular file; then nothing has changed
void replace_file(const std::string& path, std::span<const std::byte> bytes);

/// For what takes long before there is something to write. \throws RunError  that `replace_file` would throw now
void check_replaceable(const std::string& path);

}  // namespace sonde::tool
