// SPDX-License-Identifier: Apache-2.0
#include "feature_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "detect_rows.hpp"

namespace sonde::tool {
namespace {

constexpr double largest = (std::numeric_limits<float>::max)();

}  // namespace

bool FeatureReader::start(const CsvRecord& first) {
    first_row_.assign(first.fields.begin(), first.fields.end());
    header_ = has_header(first.fields, choice_);
    if (!choice_.columns.empty()) choose({});
    return !header_;
}

void FeatureReader::look_at(const CsvRecord& data) {
    if (!ready() && data.fault == CsvFault::none && !data.blank) choose(data.fields);
}

void FeatureReader::choose(Fields first_data) {
    const std::vector<std::string_view> first_row(first_row_.begin(), first_row_.end());
    features_ = choose_features(first_row, header_, first_data, choice_);
    row_.resize(features_.columns.size());
}

std::string FeatureReader::read(const CsvRecord& record, bool labelled) {
    if (!ready()) return problem_of(record, 0, "feature", NumberFault::empty);
    for (std::size_t i = 0; i < row_.size(); ++i) {
        const auto column = features_.columns[i];
        auto number = number_of(record, column);
        if (std::abs(number.value) > largest) number.fault = NumberFault::out_of_range;
        if (number.fault != NumberFault::none)
            return problem_of(record, column, features_.shown[i], number.fault, "float");
        row_[i] = static_cast<float>(number.value);
    }
    return labelled ? read_label(record) : std::string{};
}

std::string FeatureReader::read_label(const CsvRecord& record) {
    const auto number = number_of(record, *features_.label);
    if (number.fault != NumberFault::none || (number.value != 0 && number.value != 1))
        return fmt::format("the label is {}, must be 0 or 1", shown(field_of(record, *features_.label)));
    label_ = number.value == 1 ? 1 : 0;
    return {};
}

}  // namespace sonde::tool
