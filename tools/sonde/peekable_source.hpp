// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "byte_source.hpp"

namespace sonde::tool {

/// Reads another source by blocks, so that its first bytes can be looked at and small reads are cheap.
/// Threading: single-writer.
class PeekableSource final : public ByteSource {
public:
    explicit PeekableSource(ByteSource& source) : source_{source}, block_(std::size_t{1} << 16U) {}

    /// What comes next, waiting for it: `size` bytes, fewer only at the end. The view holds until the next call.
    /// \param size  at most 65,536.  \throws RunError  it cannot be read
    [[nodiscard]] std::string_view peek(std::size_t size) {
        while (end_ - begin_ < size && !at_end_) {
            std::copy(block_.data() + begin_, block_.data() + end_, block_.data());
            end_ -= std::exchange(begin_, 0);
            const std::size_t got = source_.read(std::span{block_}.subspan(end_));
            end_ += got;
            at_end_ = got == 0;
        }
        return {block_.data() + begin_, std::min(size, end_ - begin_)};
    }
    /// The same, only as far as it is `mark`. \returns whether it is
    [[nodiscard]] bool begins_with(std::string_view mark) {
        for (std::size_t size = 1; size <= mark.size(); ++size)
            if (peek(size) != mark.substr(0, size)) return false;
        return true;
    }

    std::size_t read(std::span<char> room) override {
        const std::size_t size = std::min(room.size(), peek(1).empty() ? 0 : end_ - begin_);
        std::copy_n(block_.data() + begin_, size, room.data());
        begin_ += size;
        return size;
    }

    /// As many bytes as there is room for, or all that are left. \returns how many
    std::size_t read_all_of(std::span<char> room) {
        std::size_t size = 0;
        while (size < room.size()) {
            const std::size_t got = read(room.subspan(size));
            if (got == 0) break;
            size += got;
        }
        return size;
    }

private:
    ByteSource& source_;
    std::vector<char> block_;
    std::size_t begin_ = 0, end_ = 0;
    bool at_end_ = false;
};

}  // namespace sonde::tool
