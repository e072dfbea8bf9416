// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "array_header.hpp"
#include "row_source.hpp"

namespace sonde::tool {

/// The rows of an npy or idx file. Columns have no names, but numbers from 1; all are features unless some are asked
/// for, or one is the label or the time. Threading: single-writer.
class ArrayRows final : public RowSource {
public:
    /// \param source  lives as long as this
    ArrayRows(PeekableSource& source, FeatureChoice choice) : source_{source}, choice_{std::move(choice)} {}

    void start() override;
    /// \throws RunError  the file ends within a row or before the last one, or goes on behind it
    bool next() override;
    [[nodiscard]] bool ready() const noexcept override { return !features_.columns.empty(); }
    [[nodiscard]] const Features& features() const noexcept override { return features_; }
    [[nodiscard]] std::string read(bool labelled) override;
    [[nodiscard]] std::span<const float> row() const noexcept override { return row_; }
    [[nodiscard]] std::uint8_t label() const noexcept override { return label_; }
    [[nodiscard]] std::string_view timestamp() const override { return timestamp_; }
    [[nodiscard]] std::string place() const override;

private:
    [[nodiscard]] double item(std::size_t column) const noexcept;

    PeekableSource& source_;
    FeatureChoice choice_;
    ArrayHeader header_;
    Features features_;
    std::vector<char> bytes_;  // of a row
    std::vector<float> row_;
    std::string timestamp_;
    std::uint64_t at_ = 0;
    std::uint8_t label_ = 0;
};

}  // namespace sonde::tool
