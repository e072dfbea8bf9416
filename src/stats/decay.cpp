// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/decay.hpp"

#include "sonde/core/error.hpp"

namespace sonde {

Decay Decay::alpha(double alpha) {
    if (!is_finite(alpha) || alpha <= 0 || alpha > 1) fail("Decay", "alpha", alpha, "in (0, 1]");
    Decay result;
    result.keep_ = 1 - alpha;
    return result;
}

Decay Decay::half_life(double observations) {
    if (!is_finite(observations) || observations <= 0)
        fail("Decay", "half_life", observations, "finite and above 0 observations");
    Decay result;
    result.keep_ = detail::exp2(-1 / observations);
    return result;
}

Decay Decay::half_life(Duration time) {
    if (time.count() <= 0) fail("Decay", "half_life", seconds(time), "above 0 seconds");
    Decay result;
    result.half_life_ = static_cast<double>(time.count());
    return result;
}

void Decay::write(ByteWriter& writer) const {
    writer.f64(keep_);
    writer.f64(half_life_);
}

Decay Decay::read(ByteReader& reader, std::uint16_t) {
    Decay result;
    result.keep_ = reader.finite();
    result.half_life_ = reader.finite();
    const bool steps = result.keep_ >= 0 && result.keep_ <= 1;
    const bool time = result.half_life_ == 0 || (result.half_life_ >= 1 && result.half_life_ < 0x1p64);
    if (!steps || !time) fail_format("Decay", "speed out of range");
    return result;
}

}  // namespace sonde
