// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "tools/sonde/byte_source.hpp"
#include "tools/sonde/csv_writer.hpp"

namespace sonde::testing {

/// A text that arrives in pieces of a given size, as from a slow pipe.
class TextSource final : public tool::ByteSource {
public:
    explicit TextSource(std::string text, std::size_t piece = 1U << 20U)
        : text_{std::move(text)}, piece_{piece} {}

    std::size_t read(std::span<char> room) override {
        ++reads;
        const auto count = std::min({room.size(), piece_, text_.size() - at_});
        std::copy_n(text_.data() + at_, count, room.data());
        at_ += count;
        return count;
    }

    [[nodiscard]] std::size_t given() const { return at_; }
    int reads = 0;

private:
    std::string text_;
    std::size_t piece_, at_ = 0;
};

/// Keeps what is written, and how often.
class TextSink final : public tool::ByteSink {
public:
    void write(std::string_view piece) override {
        text += piece;
        ++writes;
    }
    std::string text;
    int writes = 0;
};

}  // namespace sonde::testing
