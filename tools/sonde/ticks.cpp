// SPDX-License-Identifier: Apache-2.0
#include "ticks.hpp"

#include <cmath>

namespace sonde::tool {

std::vector<double> linear_ticks(double low, double high, std::size_t most) {
    const double power = std::pow(10, std::floor(std::log10((high - low) / static_cast<double>(most))));
    double step = 0, first = 0, last = 0;
    for (const double times : {1, 2, 5, 10, 20}) {  // the least step that makes few enough
        step = times * power;
        first = std::ceil(low / step - 1e-9);
        last = std::floor(high / step + 1e-9);
        if (last - first < static_cast<double>(most)) break;
    }
    std::vector<double> ticks;
    for (double i = first; i <= last; ++i) ticks.push_back(i == 0 ? 0 : i * step);  // no -0
    return ticks;
}

std::vector<double> log_ticks(double low, double high) {
    std::vector<double> all, powers;
    const auto first = static_cast<int>(std::floor(std::log10(low)));
    const auto last = static_cast<int>(std::ceil(std::log10(high)));
    for (int exponent = first; exponent <= last; ++exponent)
        for (const double times : {1.0, 2.0, 5.0}) {
            const double tick = times * std::pow(10, exponent);
            if (tick < low || tick > high) continue;
            all.push_back(tick);
            if (times < 1.5) powers.push_back(tick);
        }
    return all.size() > 9 ? powers : all;
}

}  // namespace sonde::tool
