// SPDX-License-Identifier: Apache-2.0
#include "csv_rows.hpp"

#include "detect_rows.hpp"

namespace sonde::tool {

void CsvRows::start() {
    any_ = read_first_row(csv_, record_);
    first_is_data_ = any_ && reader_.start(record_);
}

bool CsvRows::next() {
    if (first_is_data_)
        first_is_data_ = false;
    else if (!any_ || !csv_.next(record_))
        return false;
    reader_.look_at(record_);
    return true;
}

std::string_view CsvRows::timestamp() const {
    const auto& column = features().timestamp;
    return column ? field_of(record_, *column) : std::string_view{};
}

std::string CsvRows::place() const { return place_of(record_); }

}  // namespace sonde::tool
