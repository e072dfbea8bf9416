// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <vector>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

const demo::Schedule schedule{sonde::TimePoint{}, 100s};  // incidents at 27..37, 50..60 and 73..83 s
const std::vector<demo::Alarm> all_found{{"latency", 28s}, {"errors", 51s}, {"input", 74s}};

demo::Assessment with(demo::Alarm alarm) {
    auto alarms = all_found;
    alarms.push_back(alarm);
    return demo::assess(schedule, alarms);
}

}  // namespace

TEST_CASE("Report: passes when each incident was found by its detector", "[demo]") {
    const auto assessment = demo::assess(schedule, all_found);
    CHECK(assessment.passed());
    for (const auto& finding : assessment.findings) CHECK(finding.detected_after == sonde::Duration{1s});
}

TEST_CASE("Report: a missed incident fails, even when another detector noticed it", "[demo]") {
    const std::vector<demo::Alarm> alarms{{"latency", 28s}, {"errors", 51s}, {"accuracy", 76s}};
    const auto assessment = demo::assess(schedule, alarms);
    CHECK_FALSE(assessment.passed());
    CHECK(assessment.false_alarms.empty());
    CHECK_THAT(demo::to_table(assessment), Catch::Matchers::ContainsSubstring("missed"));
}

TEST_CASE("Report: an alarm belongs to an incident from its start until the recovery time after its end",
          "[demo]") {
    CHECK(with({"latency", 27s}).passed());
    CHECK(with({"latency", 37s + demo::recovery - 1ms}).passed());
    CHECK_FALSE(with({"latency", 27s - 1ms}).passed());
    CHECK_FALSE(with({"latency", 37s + demo::recovery}).passed());
}

TEST_CASE("Report: an alarm outside of the incidents is a false one and is listed", "[demo]") {
    const auto assessment = with({"output", 95s});
    REQUIRE(assessment.false_alarms.size() == 1);
    CHECK_THAT(demo::to_table(assessment), Catch::Matchers::ContainsSubstring("false alarms: 1") &&
                                               Catch::Matchers::ContainsSubstring("output at 95.0 s"));
}

TEST_CASE("Schedule: a fault is on from its start up to its end, the end excluded", "[demo]") {
    const sonde::TimePoint begin{};
    CHECK_FALSE(schedule.on(demo::Fault::errors, begin + 50s - 1ns));
    CHECK(schedule.on(demo::Fault::errors, begin + 50s));
    CHECK(schedule.on(demo::Fault::errors, begin + 60s - 1ns));
    CHECK_FALSE(schedule.on(demo::Fault::errors, begin + 60s));
    CHECK_FALSE(schedule.on(demo::Fault::slow, begin + 50s));
}
