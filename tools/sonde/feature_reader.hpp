// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csv_reader.hpp"
#include "features.hpp"

namespace sonde::tool {

/// Turns the rows of a CSV into feature vectors. Threading: single-writer.
class FeatureReader {
public:
    explicit FeatureReader(FeatureChoice choice) : choice_{std::move(choice)} {}

    /// Hears of the first row. \returns true when it is data.  \throws UsageError  as `choose_features`
    bool start(const CsvRecord& first);
    /// Hears of a row of data, of which the first may have to tell what the features are. \throws UsageError  as above
    void look_at(const CsvRecord& data);
    /// True when it is known what the features are.
    [[nodiscard]] bool ready() const noexcept { return !features_.columns.empty(); }
    [[nodiscard]] const Features& features() const noexcept { return features_; }

    /// Takes a row of data in.
    /// \param labelled  its label too.  \returns what is wrong with it; empty: nothing
    [[nodiscard]] std::string read(const CsvRecord& record, bool labelled = false);
    /// Of the row that was read last, without fault.
    [[nodiscard]] std::span<const float> row() const noexcept { return row_; }
    /// Of the row that was read last, labelled and without fault: 0 or 1.
    [[nodiscard]] std::uint8_t label() const noexcept { return label_; }

private:
    void choose(Fields first_data);
    [[nodiscard]] std::string read_label(const CsvRecord& record);

    FeatureChoice choice_;
    std::vector<std::string> first_row_;
    bool header_ = false;
    Features features_;
    std::vector<float> row_;
    std::uint8_t label_ = 0;
};

}  // namespace sonde::tool
