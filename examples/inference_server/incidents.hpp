// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "sonde/core/chrono.hpp"

namespace demo {

/// What goes wrong in the demo, and how much of it. Whoever does the harm asks the schedule; the
/// monitor never sees it.
enum class Fault {
    slow,     ///< the server: every reply waits 20 ms more, as for a feature store that has become slow
    errors,   ///< the server: 30 % of the requests fail with status 500
    foreign,  ///< the load: half of the images are no upright digits, as from careless clients
};

inline constexpr sonde::Duration slow_by = std::chrono::milliseconds{20};
inline constexpr double error_share = 0.3, foreign_share = 0.5;

/// A fault and when it is on, from the start of the run.
struct Incident {
    Fault fault;
    std::string_view name;
    std::string_view watched_by;  ///< the detector that has to find it
    sonde::Duration start, end;
};

/// When which fault is on. Threading: immutable.
class Schedule {
public:
    /// Where the incidents of a run of `length` that begins at `begin` lie: each lasts a tenth of it.
    Schedule(sonde::TimePoint begin, sonde::Duration length) noexcept
        : begin_{begin},
          incidents_{{
              {Fault::slow, "server slows down by 20 ms", "latency", length * 27 / 100, length * 37 / 100},
              {Fault::errors, "30 % of requests fail", "errors", length * 50 / 100, length * 60 / 100},
              {Fault::foreign, "half of the images are foreign", "input", length * 73 / 100,
               length * 83 / 100},
          }} {}

    [[nodiscard]] bool on(Fault fault, sonde::TimePoint now) const noexcept {
        for (const Incident& incident : incidents_)
            if (incident.fault == fault) return now >= begin_ + incident.start && now < begin_ + incident.end;
        return false;
    }

    [[nodiscard]] const std::array<Incident, 3>& incidents() const noexcept { return incidents_; }
    [[nodiscard]] sonde::TimePoint begin() const noexcept { return begin_; }

private:
    sonde::TimePoint begin_;
    std::array<Incident, 3> incidents_;
};

}  // namespace demo
