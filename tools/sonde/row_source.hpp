// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "features.hpp"
#include "peekable_source.hpp"

namespace sonde::tool {

/// Rows of numbers, whatever file they stand in. Virtual: a few calls per row, which costs far more.
/// Threading: single-writer.
class RowSource {
public:
    RowSource() = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;
    virtual ~RowSource() = default;

    /// Reads what stands in front of the rows; once, before all else.
    /// \throws RunError  it is no such file.  \throws UsageError  a column that is not there
    virtual void start() = 0;
    /// Goes to the next row. \returns false at the end.  \throws as `start`
    virtual bool next() = 0;

    /// True when it is known what the features are: at the latest when a row could be read.
    [[nodiscard]] virtual bool ready() const noexcept = 0;
    [[nodiscard]] virtual const Features& features() const noexcept = 0;

    // Of the row it is at.

    /// Takes its numbers in. \param labelled  its label too.  \returns what is wrong with it; empty: nothing
    [[nodiscard]] virtual std::string read(bool labelled) = 0;
    /// What was taken in, without fault.
    [[nodiscard]] virtual std::span<const float> row() const noexcept = 0;
    /// 0 or 1, of a row that was labelled.
    [[nodiscard]] virtual std::uint8_t label() const noexcept = 0;
    /// Its time as it stands in the file; empty where there is none.
    [[nodiscard]] virtual std::string_view timestamp() const = 0;
    /// Where it stands: `line 3`, for messages.
    [[nodiscard]] virtual std::string place() const = 0;
};

/// True for a file that is a table of numbers rather than text: npy or idx, told by how it begins.
[[nodiscard]] bool is_array(PeekableSource& source);

/// The rows of a file: npy and idx are told by how they begin, all else is CSV.
/// \param source, choice  as in the readers.  \throws RunError  it cannot be read
[[nodiscard]] std::unique_ptr<RowSource> open_rows(PeekableSource& source, FeatureChoice choice);

}  // namespace sonde::tool
