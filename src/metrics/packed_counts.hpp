// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonde::detail {

/// Ascending indices and their counts, most of them small: gap and count as base-128 numbers of as few
/// bytes as they need (LEB128). 2 to 4 bytes a bucket where an array of counts takes 8 for every one.
/// Threading: single-writer.
class PackedCounts {
public:
    /// \param index  larger than the last one
    void append(std::uint64_t index, std::uint64_t count) {
        put(index - end_);
        put(count);
        end_ = index + 1;
    }
    void shrink() { bytes_.shrink_to_fit(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.capacity(); }

    /// Walks through what was appended, asked for by ascending index.
    class Cursor {
    public:
        explicit Cursor(const PackedCounts& counts) noexcept : bytes_{counts.bytes_} { next(); }

        /// The count of `index`, 0 where none was appended. \param index  larger than the last one asked for
        [[nodiscard]] std::uint64_t at(std::uint64_t index) noexcept {
            while (valid_ && index_ < index) next();
            return valid_ && index_ == index ? count_ : 0;
        }

    private:
        void next() noexcept {
            valid_ = position_ < bytes_.size();
            if (!valid_) return;
            index_ = end_ + get();
            count_ = get();
            end_ = index_ + 1;
        }
        std::uint64_t get() noexcept {
            std::uint64_t value = 0;
            for (unsigned shift = 0;; shift += 7) {
                const std::uint8_t byte = bytes_[position_++];
                value |= std::uint64_t{byte & 0x7fU} << shift;
                if (byte < 0x80) return value;
            }
        }

        const std::vector<std::uint8_t>& bytes_;
        std::size_t position_ = 0;
        std::uint64_t end_ = 0, index_ = 0, count_ = 0;
        bool valid_ = false;
    };

private:
    void put(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }

    std::vector<std::uint8_t> bytes_;
    std::uint64_t end_ = 0;
};

}  // namespace sonde::detail
