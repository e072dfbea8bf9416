// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "incidents.hpp"

namespace demo {

/// A detector said for several ticks that something is wrong.
struct Alarm {
    std::string_view detector;
    sonde::Duration opened;  ///< from the start of the run
    double level = 0;        ///< of the verdict that opened it
};

/// An alarm that opens up to this long after an incident's end still belongs to it: labels come up to 2 s
/// late, and an alarm wants its detector to be sure for several ticks.
inline constexpr sonde::Duration recovery = std::chrono::seconds{4};

/// What became of one incident.
struct Finding {
    Incident incident;
    std::optional<sonde::Duration> detected_after;  ///< by the detector that has to find it
    std::vector<Alarm> alarms;                      ///< of all detectors, in the order they opened
};

/// What the monitor's alarms are worth, held against what really happened.
struct Assessment {
    std::vector<Finding> findings;
    std::vector<Alarm> false_alarms;

    /// Each incident was found by its detector, and no alarm opened outside of them.
    [[nodiscard]] bool passed() const noexcept;
};

[[nodiscard]] Assessment assess(const Schedule& schedule, std::span<const Alarm> alarms);

/// The table that the demo ends with.
[[nodiscard]] std::string to_table(const Assessment& assessment);

}  // namespace demo
