// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/counter.hpp"

#include "sonde/metrics/collector.hpp"

namespace sonde {

void Counter::collect(Collector& out, TimePoint) const { out.counter("_total", out.help(), value()); }

}  // namespace sonde
