// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "report.hpp"
#include "telemetry.hpp"
#include "watch.hpp"

namespace demo {

/// Looks at what the server records and raises alarms. It knows nothing of the incidents.
/// Threading: single-writer.
class Monitor {
public:
    Monitor(sonde::Registry& registry, const Telemetry& telemetry, sonde::TimePoint begin);

    /// Call a few times a second. Returns the alarms that opened now.
    std::vector<Alarm> look(sonde::TimePoint now);

    [[nodiscard]] const std::vector<Watch>& watches() const noexcept { return watches_; }
    /// The share of the foreign images of the last second in which each cell was a main one.
    [[nodiscard]] CellShares foreign_cells() const noexcept;
    /// Every alarm since the start.
    [[nodiscard]] const std::vector<Alarm>& alarms() const noexcept { return alarms_; }

private:
    const Telemetry& telemetry_;
    sonde::TimePoint begin_;
    std::deque<ForeignCounts> foreign_;  // of the last looks
    std::vector<Watch> watches_;
    std::vector<Alarm> alarms_;
};

}  // namespace demo
