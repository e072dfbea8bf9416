// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "monitor.hpp"
#include "telemetry.hpp"

namespace demo {

/// Shows the run: two lines that are redrawn on a terminal, a line every five seconds elsewhere.
/// Threading: single-writer.
class Screen {
public:
    explicit Screen(sonde::TimePoint begin);

    /// How things stand.
    void status(const Telemetry& telemetry, const Monitor& monitor, sonde::TimePoint now);
    /// Something that stays on the screen.
    void line(std::string_view text);

private:
    const bool terminal_;
    const sonde::TimePoint begin_;
    sonde::TimePoint next_;
};

}  // namespace demo
