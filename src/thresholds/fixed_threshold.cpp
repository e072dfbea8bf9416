// SPDX-License-Identifier: Apache-2.0
#include "sonde/thresholds/fixed_threshold.hpp"

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

FixedThreshold::FixedThreshold(double value) : value_{value} {
    if (!is_finite(value) || value <= 0) fail("FixedThreshold", "value", value, "finite and above 0");
}

void FixedThreshold::write(ByteWriter& writer) const { writer.f64(value_); }

FixedThreshold FixedThreshold::read(ByteReader& reader, std::uint16_t) {
    const double value = reader.finite();
    if (value <= 0) fail_format("FixedThreshold", "the value is not above 0");
    return FixedThreshold{value};
}

}  // namespace sonde
