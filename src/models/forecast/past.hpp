// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde::detail {

/// The longest past that a forecaster keeps, in values.
inline constexpr std::size_t most_past = std::size_t{1} << 20;

/// So many finite values, in the range that forecasters keep them in. \throws FormatError  something else
[[nodiscard]] inline std::vector<double> read_past(ByteReader& reader, std::size_t size,
                                                   std::string_view where) {
    std::vector<double> values = reader.f64s();
    if (values.size() != size) fail_format(where, "another number of values");
    for (const double& value : values)
        if (!is_finite(value) || bounded(value) != value) fail_format(where, "a value out of range");
    return values;
}

}  // namespace sonde::detail
