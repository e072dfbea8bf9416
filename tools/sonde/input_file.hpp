// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "byte_source.hpp"

namespace sonde::tool {

/// A file, a pipe, or standard input.
class InputFile final : public ByteSource {
public:
    /// \param name  a path; `-` is standard input
    /// \throws RunError  it cannot be opened
    explicit InputFile(const std::string& name);
    ~InputFile() override;

    std::size_t read(std::span<char> room) override;

    /// Called before each read, that is, before the tool may have to wait.
    void before_read(std::function<void()> action) { before_read_ = std::move(action); }

    /// True when all of it is there already; false for a pipe, where a row must be answered at once.
    [[nodiscard]] bool regular() const noexcept { return regular_; }
    /// Bytes in all, for a regular file; 0 otherwise.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Bytes read so far.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

private:
    std::string name_;
    int descriptor_;
    bool regular_ = false;
    std::uint64_t size_ = 0, position_ = 0;
    std::function<void()> before_read_;
};

/// All of a file. \throws RunError  it cannot be read, or is over 1 GiB: a mistaken name must not take all memory
[[nodiscard]] std::vector<char> read_all(const std::string& name);

}  // namespace sonde::tool
