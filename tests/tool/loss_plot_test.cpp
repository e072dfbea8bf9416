// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/loss_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/catch.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::EpochLosses;
using sonde::tool::loss_plot;

namespace {

/// The points of each line: x, y, x, y, ...
std::vector<std::vector<double>> lines_of(const std::string& svg) {
    std::vector<std::vector<double>> lines;
    const std::string mark = "<polyline points=\"";
    for (auto at = svg.find(mark); at != svg.npos; at = svg.find(mark, at + 1)) {
        const auto first = at + mark.size();
        std::string points = svg.substr(first, svg.find('"', first) - first);
        std::replace(points.begin(), points.end(), ',', ' ');
        auto& line = lines.emplace_back();
        char* next = points.data();
        for (char* end = nullptr;; next = end) {
            const double value = std::strtod(next, &end);
            if (end == next) break;
            line.push_back(value);
        }
    }
    return lines;
}

}  // namespace

TEST_CASE("loss_plot: a line per loss, a point per epoch, lower losses lower", "[tool][plot]") {
    const std::string svg =
        loss_plot({{0.9, 0.8, 0.1}, {0.5, 0.6, 0.1}, {0.4, 0.7, 0.1}}, "a <model> & more");
    CHECK_THAT(svg, ContainsSubstring("a &lt;model> &amp; more"));
    CHECK_THAT(svg, ContainsSubstring("best: 0.6 in epoch 2"));
    const auto lines = lines_of(svg);
    REQUIRE(lines.size() == 2);
    for (const auto& line : lines) REQUIRE(line.size() == 6);
    const auto &training = lines[0], &held_out = lines[1];
    CHECK(training[1] < training[3]);  // y grows downwards
    CHECK(training[3] < training[5]);
    CHECK(held_out[1] < held_out[5]);
    CHECK(held_out[5] < held_out[3]);
    CHECK(training[2] - training[0] == Approx(training[4] - training[2]));
    // Linear: pixels are in proportion to losses.
    CHECK((training[3] - training[1]) / (training[5] - training[3]) == Approx(4).epsilon(0.01));
}

TEST_CASE("loss_plot: logarithmic where losses span more than a factor of 20", "[tool][plot]") {
    const std::string svg = loss_plot({{1, 1, 0.1}, {0.1, 0.1, 0.1}, {0.01, 0.01, 0.1}}, "m");
    CHECK_THAT(svg, ContainsSubstring("loss (logarithmic)"));
    const auto lines = lines_of(svg);
    REQUIRE(lines.size() == 1);  // nothing was held out
    CHECK(lines[0][3] - lines[0][1] == Approx(lines[0][5] - lines[0][3]).margin(0.11));
}

TEST_CASE("loss_plot: draws what is hardly there, and what is very long", "[tool][plot]") {
    for (const auto& history : std::vector<std::vector<EpochLosses>>{
             {}, {{0, 0, 1}}, {{0.5, 0.5, 1}}, {{1e300, 1e-300, 1}, {0, 0, 1}}, {{3, 2, 1}, {3, 2, 1}}}) {
        const std::string svg = loss_plot(history, "m");
        CHECK_THAT(svg, !ContainsSubstring("nan") && !ContainsSubstring("inf"));
    }
    const std::vector<EpochLosses> many(1'000'000, {0.5, 0.25, 0.1});
    CHECK(loss_plot(many, "m").size() < 100'000);
}
