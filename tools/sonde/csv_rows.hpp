// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "csv_reader.hpp"
#include "feature_reader.hpp"
#include "row_source.hpp"

namespace sonde::tool {

/// The rows of a CSV. Threading: single-writer.
class CsvRows final : public RowSource {
public:
    CsvRows(ByteSource& source, FeatureChoice choice) : csv_{source}, reader_{std::move(choice)} {}

    void start() override;
    bool next() override;
    [[nodiscard]] bool ready() const noexcept override { return reader_.ready(); }
    [[nodiscard]] const Features& features() const noexcept override { return reader_.features(); }
    [[nodiscard]] std::string read(bool labelled) override { return reader_.read(record_, labelled); }
    [[nodiscard]] std::span<const float> row() const noexcept override { return reader_.row(); }
    [[nodiscard]] std::uint8_t label() const noexcept override { return reader_.label(); }
    [[nodiscard]] std::string_view timestamp() const override;
    [[nodiscard]] std::string place() const override;

private:
    CsvReader csv_;
    FeatureReader reader_;
    CsvRecord record_;
    bool any_ = false, first_is_data_ = false;
};

}  // namespace sonde::tool
