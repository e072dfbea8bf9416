// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/core/bytes.hpp"
#include "sonde/models/any_model.hpp"

// Models may be made of models. Each kind reads only kinds above it in this list, so that no file nests without end.
namespace sonde::detail {

/// A model that is made of no other.
[[nodiscard]] AnyModel read_simple_model(ByteReader& reader);
/// That, or one of scaled features.
[[nodiscard]] AnyModel read_simple_or_scaled(ByteReader& reader);

}  // namespace sonde::detail
