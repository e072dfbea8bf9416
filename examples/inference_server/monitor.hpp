// SPDX-License-Identifier: Apache-2.0
#pragma once

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
    /// Every alarm since the start.
    [[nodiscard]] const std::vector<Alarm>& alarms() const noexcept { return alarms_; }

private:
    sonde::TimePoint begin_;
    std::vector<Watch> watches_;
    std::vector<Alarm> alarms_;
};

}  // namespace demo
