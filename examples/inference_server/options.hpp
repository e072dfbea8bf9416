// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "sonde/core/chrono.hpp"

namespace demo {

/// What the command line asks for.
struct Options {
    sonde::Duration length = std::chrono::seconds{60};
    std::uint64_t seed = 1;
    bool serve = false;
    bool help = false;
    std::filesystem::path data = DEMO_DATA;
};

inline constexpr std::string_view usage =
    R"(inference_demo - a monitored inference server, three incidents, about a minute

  --seconds N   length of the run, at least 40 (default 60)
  --seed N      which images, faults and label delays (default 1)
  --serve       go on serving normal traffic after the run, until SIGINT or SIGTERM
  --data DIR    folder of the network, images, labels and arrivals
  --help        this text

Exit code: 0 when each incident was detected and nothing else raised an alarm, 1 when not, 2 for a wrong
command line or a failure to start.
)";

/// \throws std::invalid_argument  an unknown option, a missing or wrong value
[[nodiscard]] Options parse_options(int argc, char** argv);

}  // namespace demo
