// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/up_down_counter.hpp"

#include "sonde/metrics/collector.hpp"

namespace sonde {

void UpDownCounter::collect(Collector& out, TimePoint) const {
    out.gauge("", out.help(), static_cast<double>(value()));
}

}  // namespace sonde
