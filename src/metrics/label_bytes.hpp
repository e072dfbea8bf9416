// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sonde/core/bytes.hpp"
#include "sonde/metrics/family.hpp"

namespace sonde::detail {

/// How many, then the name and the value of each. \param labels  by name, no two of the same
void write_labels(ByteWriter& writer, const Labels& labels);

/// \param where  is named in errors
/// \throws FormatError  no labels, or out of order
[[nodiscard]] Labels read_labels(ByteReader& reader, std::string_view where);

}  // namespace sonde::detail
