// SPDX-License-Identifier: Apache-2.0
#include "row_source.hpp"

#include "array_rows.hpp"
#include "csv_rows.hpp"

namespace sonde::tool {

bool is_array(PeekableSource& source) { return is_npy(source) || is_idx(source); }

std::unique_ptr<RowSource> open_rows(PeekableSource& source, FeatureChoice choice) {
    if (is_array(source)) return std::make_unique<ArrayRows>(source, std::move(choice));
    return std::make_unique<CsvRows>(source, std::move(choice));
}

}  // namespace sonde::tool
