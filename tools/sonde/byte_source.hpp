// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace sonde::tool {

/// Where text comes from. Virtual: it is called once per block, not per row.
class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    /// Fills the front of `room` with what there is, waiting for at least one byte.
    /// \returns how many bytes; 0 only at the end.  \throws RunError  it cannot be read
    virtual std::size_t read(std::span<char> room) = 0;
};

}  // namespace sonde::tool
