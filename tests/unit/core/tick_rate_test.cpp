// SPDX-License-Identifier: Apache-2.0
#include "core/tick_rate.hpp"

#include <chrono>
#include <cstdint>

#include "sonde/core/tsc_clock.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::detail;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t half_nanosecond = std::uint64_t{1} << (tick_fraction_bits - 1);
/// The longest tick that has a multiplier is shorter than this.
constexpr std::uint64_t too_long = std::uint64_t{1} << (64 - tick_fraction_bits);  // nanoseconds

TickReading reading(std::uint64_t ticks, Duration time, std::uint64_t slack = 0) {
    return {ticks, slack, TimePoint{time}};
}

}  // namespace

TEST_CASE("rate_between: 2 GHz is half a nanosecond per tick", "[core]") {
    const TickRate rate = rate_between(reading(500, 7s), reading(500 + 20'000'000, 7s + 10ms));
    CHECK(rate.multiplier == half_nanosecond);
}

TEST_CASE("rate_between: counters up to 10 GHz give back the time that was measured", "[core]") {
    for (const std::uint64_t hertz :
         {5'000'000ULL, 24'000'000ULL, 1'000'000'937ULL, 2'599'998'113ULL, 10'000'000'000ULL}) {
        CAPTURE(hertz);
        if (1'000'000'000 / hertz >= too_long) continue;
        const std::uint64_t first = 123'456'789'012'345;
        const TickRate rate = rate_between(reading(first, 1h), reading(first + hertz * 3600, 2h));
        const auto hour = static_cast<std::uint64_t>(Duration{1h}.count());
        const std::uint64_t back =
            in_nanoseconds(first + hertz * 3600, rate.multiplier) - in_nanoseconds(first, rate.multiplier);
        CHECK(back <= hour + 1);
        CHECK(back >= hour - 1);
    }
}

TEST_CASE("in_nanoseconds: a century of ticks at 5 GHz is exact to a nanosecond", "[core]") {
    const std::uint64_t fifth = rate_between(reading(0, 0s), reading(5'000'000'000, 1s)).multiplier;
    const std::uint64_t century = 100ULL * 365 * 86'400;  // seconds
    const std::uint64_t nanoseconds = in_nanoseconds(century * 5'000'000'000, fifth);
    CHECK(nanoseconds <= century * 1'000'000'000);
    // The multiplier is cut off: 2^64 ticks lose 2^(64 - bits) ns at most, evenly over the century.
    CHECK(nanoseconds >= century * 1'000'000'000 - too_long);
}

TEST_CASE("rate_between: the error is what both readings may be off", "[core]") {
    // 2 GHz over 10 ms: 30 + 50 ticks of 2e7, and a nanosecond of 1e7.
    const TickRate rate = rate_between(reading(0, 1s, 30), reading(20'000'000, 1s + 10ms, 50));
    CHECK(rate.error == Approx(80 / 2e7 + 1e-7));
}

TEST_CASE("rate_between: clocks that stand, go back or tick too slowly have no rate", "[core]") {
    const TickReading first = reading(1000, 1s);
    const Duration longest{static_cast<Duration::rep>(too_long)};
    for (const TickReading& second : {reading(1000, 2s), reading(999, 2s), reading(2000, 1s),
                                      reading(2000, 999ms), reading(1001, 1s + longest)}) {
        const TickRate rate = rate_between(first, second);
        CHECK(rate.multiplier == 0);
        CHECK(rate.error == 1);
    }
    const TickRate just_short = rate_between(first, reading(3001, 1s + 2000 * longest));
    CHECK(just_short.multiplier > ~std::uint64_t{0} / 2000 * 1999);
}

TEST_CASE("same_rate: tells NTP's steering from a suspended machine", "[core]") {
    const std::uint64_t rate = half_nanosecond / 3;
    const auto changed = [&](double by) {
        return static_cast<std::uint64_t>(static_cast<double>(rate) * (1 + by));
    };
    CHECK(same_rate(rate, rate));
    CHECK(same_rate(changed(1.9e-5), rate));
    CHECK(same_rate(changed(-1.9e-5), rate));
    CHECK_FALSE(same_rate(changed(2.1e-5), rate));
    CHECK_FALSE(same_rate(changed(-2.1e-5), rate));
    CHECK_FALSE(same_rate(0, rate));
}

TEST_CASE("lists_word: finds whole words only", "[core]") {
    CHECK(lists_word("tsc kvm-clock \n", "tsc"));
    CHECK(lists_word("kvm-clock tsc\n", "tsc"));
    CHECK(lists_word("tsc", "tsc"));
    CHECK_FALSE(lists_word("tsc-early hpet acpi_pm \n", "tsc"));
    CHECK_FALSE(lists_word("hyperv_clocksource_tsc_page\n", "tsc"));
    CHECK_FALSE(lists_word("", "tsc"));
    CHECK_FALSE(lists_word(" \n", "tsc"));
}

TEST_CASE("read_ticks: brackets the time it says", "[core]") {
    if (!ticks_are_fit()) return;
    const TimePoint before = SteadyClock{}.now();
    const std::uint64_t ticks_before = ticks();
    const TickReading seen = read_ticks();
    CHECK(seen.time >= before);
    CHECK(seen.time <= SteadyClock{}.now());
    CHECK(seen.ticks >= ticks_before);
    CHECK(seen.ticks <= ticks());
    CHECK(seen.slack > 0);
}
