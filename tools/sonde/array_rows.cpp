// SPDX-License-Identifier: Apache-2.0
#include "array_rows.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "errors.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::tool {

void ArrayRows::start() {
    header_ = is_npy(source_) ? read_npy_header(source_) : read_idx_header(source_);
    if (choice_.header == true)
        throw UsageError{fmt::format("--header is for CSV: {} has no names", header_.format)};
    if (!choice_.timestamp) choice_.timestamp = "none";
    const std::vector<std::string_view> numbers(header_.columns, "0");
    features_ = choose_features(numbers, false, numbers, choice_);
    features_.note.clear();  // all columns: no guess
    row_.resize(features_.columns.size());
    bytes_.resize(header_.columns * header_.item_size);
}

bool ArrayRows::next() {
    if (at_ == header_.rows) {
        if (!source_.peek(1).empty())
            throw RunError{fmt::format("{}: the file goes on behind its {} rows", header_.format, at_)};
        return false;
    }
    if (source_.read_all_of(bytes_) < bytes_.size())
        throw RunError{
            fmt::format("{}: the file ends in row {} of {}", header_.format, at_ + 1, header_.rows)};
    ++at_;
    if (features_.timestamp) timestamp_ = fmt::format("{}", item(*features_.timestamp));
    return true;
}

std::string ArrayRows::read(bool labelled) {
    constexpr double largest = (std::numeric_limits<float>::max)();
    for (std::size_t i = 0; i < row_.size(); ++i) {
        const double value = item(features_.columns[i]);
        if (!is_finite(value)) return fmt::format("{} is not finite", features_.shown[i]);
        if (std::abs(value) > largest)
            return fmt::format("{} is {}, out of a float's range", features_.shown[i], value);
        row_[i] = static_cast<float>(value);
    }
    if (!labelled) return {};
    const double label = item(*features_.label);
    if (label != 0 && label != 1) return fmt::format("the label is {}, must be 0 or 1", label);
    label_ = label == 1 ? 1 : 0;
    return {};
}

std::string ArrayRows::place() const { return fmt::format("row {}", at_); }

double ArrayRows::item(std::size_t column) const noexcept {
    return item_of(header_, bytes_.data() + column * header_.item_size);
}

}  // namespace sonde::tool
