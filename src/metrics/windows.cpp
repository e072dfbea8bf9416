// SPDX-License-Identifier: Apache-2.0
#include "metrics/windows.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace sonde::detail {

std::vector<Duration> standard_lengths() {
    std::vector<Duration> lengths;
    lengths.reserve(standard_windows.size());
    for (const StandardWindow& window : standard_windows) lengths.push_back(window.length);
    return lengths;
}

std::string window_name(Duration length) {
    using namespace std::chrono_literals;
    static constexpr std::array<std::pair<Duration, std::string_view>, 5> units{
        {{1h, "h"}, {1min, "m"}, {1s, "s"}, {1ms, "ms"}, {1us, "us"}}};
    for (const auto& [unit, name] : units)
        if (length % unit == Duration::zero()) return std::to_string(length / unit).append(name);
    return std::to_string(length.count()).append("ns");
}

}  // namespace sonde::detail
