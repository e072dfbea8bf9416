// SPDX-License-Identifier: Apache-2.0
#include "monitor.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;

TEST_CASE("Monitor: knows where the errors of the last second's foreign images were", "[demo]") {
    sonde::Registry registry{{.prefix = "demo"}};
    demo::Telemetry telemetry{registry};
    const sonde::TimePoint begin{};
    demo::Monitor monitor{registry, telemetry, begin};
    CHECK(monitor.foreign_cells() == demo::CellShares{});

    std::uint64_t id = 0;
    const auto foreign_with_error_in = [&](std::size_t cell) {
        demo::InputVerdict seen{.verdict = {{2, sonde::Status::ok}, 1, true}};
        seen.where[cell] = 1;
        telemetry.answered(++id, {}, seen, 10us, begin, begin + 1ms);
    };
    const auto usual = [&] {
        telemetry.answered(++id, {}, {.verdict = {{0.5, sonde::Status::ok}, 1, false}}, 10us, begin,
                           begin + 1ms);
    };
    foreign_with_error_in(9);
    usual();
    (void)monitor.look(begin);  // what was before the first look is not of the last second
    foreign_with_error_in(0);
    for (int i = 0; i < 3; ++i) foreign_with_error_in(15);
    usual();
    (void)monitor.look(begin + 250ms);
    demo::CellShares expected{};
    expected[0] = 0.25;
    expected[15] = 0.75;
    CHECK(monitor.foreign_cells() == expected);
    CHECK(telemetry.unusual_inputs.value() == 5);
    CHECK(telemetry.usual_inputs.value() == 2);

    for (int look = 2; look < 7; ++look) (void)monitor.look(begin + look * 250ms);
    CHECK(monitor.foreign_cells() == demo::CellShares{});
}
