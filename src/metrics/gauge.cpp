// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/gauge.hpp"

#include "sonde/metrics/collector.hpp"

namespace sonde {

void Gauge::collect(Collector& out, TimePoint) const {
    if (const auto known = value()) out.gauge("", out.help(), *known);
}

}  // namespace sonde
