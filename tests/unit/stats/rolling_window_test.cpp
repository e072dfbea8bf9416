// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/rolling_window.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <stdexcept>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "unit/core/special_values.hpp"
#include "unit/stats/damage.hpp"
#include "unit/stats/reference.hpp"

using namespace sonde;
using namespace sonde::testing;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration since) { return TimePoint{1000s + since}; }

/// \param level  the largest number that was in the window lately: the mean is rounded relative to it
void require_same(const RollingWindow& window, const std::vector<double>& kept, double level) {
    REQUIRE(window.size() == kept.size());
    if (kept.empty()) return;
    for (std::size_t i = 0; i < kept.size(); ++i) REQUIRE(window[i] == kept[i]);
    const double scale = std::max(std::abs(window.minimum()), std::abs(window.maximum()));
    REQUIRE(window.mean() == Approx(exact_mean(kept)).epsilon(1e-13).margin(1e-13 * scale + 1e-15 * level));
    REQUIRE(window.variance() == Approx(exact_variance(kept)).epsilon(1e-9).margin(1e-25 * scale * scale));
    REQUIRE(window.minimum() == *std::min_element(kept.begin(), kept.end()));
    REQUIRE(window.maximum() == *std::max_element(kept.begin(), kept.end()));
    REQUIRE(window.mad() == Approx(exact_mad(kept)).epsilon(1e-12).margin(1e-12 * scale));
    for (const double q : {0.0, 0.1, 0.5, 0.95, 1.0})
        REQUIRE(window.quantile(q) == Approx(exact_quantile(kept, q)).epsilon(1e-12).margin(1e-12 * scale));
    REQUIRE(window.newest() == kept.back());
}

/// Streams that are hard on a window: an offset, few kinds of numbers, a level that jumps by 1e6.
double draw(int kind, int i, Rng& rng) {
    switch (kind) {
        case 0:
            return 1e9 + rng.normal();
        case 1:
            return static_cast<double>(rng.below(4));
        case 2:
            return i / 100 % 2 == 0 ? rng.normal() : 1e6 + rng.normal();
        default:
            return std::exp(3 * rng.normal());
    }
}

}  // namespace

TEST_CASE("RollingWindow: agrees with the last n numbers, counted anew", "[stats][law]") {
    const std::size_t capacity = GENERATE(1U, 2U, 3U, 10U, 64U);
    const int kind = GENERATE(0, 1, 2, 3);
    RollingWindow window{{.capacity = capacity}};
    std::vector<double> kept;
    Rng rng{capacity};
    for (int i = 0; i < 600; ++i) {
        const double x = draw(kind, i, rng);
        window.observe(x);
        kept.push_back(x);
        if (kept.size() > capacity) kept.erase(kept.begin());
        require_same(window, kept, kind == 2 ? 1e6 : 0);
        REQUIRE(window.full() == (kept.size() == capacity));
    }
}

TEST_CASE("RollingWindow: agrees with the numbers of the last duration, counted anew", "[stats][law]") {
    const std::size_t capacity = GENERATE(8U, 1000U);
    const int kind = GENERATE(0, 1, 2, 3);
    const Duration duration = 5s;
    RollingWindow window{{.capacity = capacity, .duration = duration}};
    std::deque<std::pair<Duration, double>> kept;
    Rng rng{9};
    Duration now{0};
    for (int i = 0; i < 800; ++i) {
        // Bursts, single steps and gaps in which the whole window leaves.
        now += rng.below(50) == 0 ? Duration{7s} : Duration{static_cast<std::int64_t>(rng.below(10)) * 100ms};
        const bool only_look = rng.below(4) == 0;
        const double x = draw(kind, i, rng);
        if (only_look)
            window.expire(at(now));
        else
            window.observe(x, at(now));
        while (!kept.empty() && now - kept.front().first >= duration) kept.pop_front();
        if (!only_look) kept.emplace_back(now, x);
        if (kept.size() > capacity) kept.pop_front();
        std::vector<double> values;
        for (const auto& each : kept) values.push_back(each.second);
        require_same(window, values, kind == 2 ? 1e6 : 0);
    }
}

TEST_CASE("RollingWindow: many that leave together leave what remains, counted anew", "[stats][law]") {
    // Up to 32 leave one by one; what is dropped may lie across the end of the ring, or end the front.
    const std::size_t numbers = GENERATE(300U, 450U, 700U);
    const std::size_t left = GENERATE(1U, 50U, 150U, 266U, 267U, 268U, 299U);
    const int kind = GENERATE(0, 1, 2, 3);
    RollingWindow window{{.capacity = 300, .duration = 1000s}};
    std::vector<double> kept;
    Rng rng{left};
    for (std::size_t i = 0; i < numbers; ++i) {
        kept.push_back(draw(kind, static_cast<int>(i), rng));
        window.observe(kept.back(), at(static_cast<std::int64_t>(i) * 1s));
    }
    const AllocationCount count;
    window.expire(at(static_cast<std::int64_t>(numbers - left) * 1s + 999s));
    CHECK(count.since_start() == 0);
    kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(left));
    require_same(window, kept, kind == 2 ? 1e6 : 0);
    for (int i = 0; i < 400; ++i) {
        kept.push_back(draw(kind, i, rng));
        window.observe(kept.back());
        if (kept.size() > 300) kept.erase(kept.begin());
        if (i % 20 == 0) require_same(window, kept, kind == 2 ? 1e6 : 0);
    }
}

// Moving the numbers that stay for each one that leaves or comes would take a minute each.
TEST_CASE("RollingWindow: the largest one expires and is read in no more than sorting takes", "[stats]") {
    const std::size_t capacity = SortedBuffer::max_capacity;
    RollingWindow window{{.capacity = capacity, .duration = 10s}};
    for (std::size_t i = 0; i < capacity; ++i)
        window.observe(static_cast<double>(i), at(i < capacity / 2 ? 0s : 1s));
    std::vector<std::byte> state = state_of(window);
    const std::size_t numbers = state.size() - 16 * capacity;
    for (std::size_t i = 0; i < 4 * capacity; ++i)  // the file's largest comes first
        std::swap(state[numbers + i], state[numbers + 8 * (capacity - 1 - i / 8) + i % 8]);
    window.expire(at(10s));
    CHECK(window.size() == capacity / 2);
    CHECK(window.minimum() == static_cast<double>(capacity / 2));

    RollingWindow back = from_bytes<RollingWindow>(detail::seal(state));
    CHECK(back[0] == static_cast<double>(capacity - 1));
    CHECK(back.minimum() == 0);
}

TEST_CASE("RollingWindow: a number leaves when it is as old as the duration, not before",
          "[stats][boundary]") {
    RollingWindow window{{.capacity = 10, .duration = 5s}};
    window.observe(1, at(0s));
    window.expire(at(5s - 1ns));
    CHECK(window.size() == 1);
    window.expire(at(5s));
    CHECK(window.size() == 0);
    window.observe(2, at(6s));
    window.observe(3);          // no time given: no time passed
    window.observe(4, at(1s));  // late: counts as now
    CHECK(window.size() == 3);
    window.expire(at(11s));
    CHECK(window.size() == 0);
    window.observe(5, at(12s));
    window.expire(TimePoint::max());
    CHECK(window.size() == 0);
}

TEST_CASE("RollingWindow: without a duration age does not matter", "[stats][boundary]") {
    RollingWindow window{{.capacity = 2}};
    window.observe(1, at(0s));
    window.observe(2, at(1h));
    window.expire(TimePoint::max());
    CHECK(window.size() == 2);
}

TEST_CASE("RollingWindow: an outlier takes no digits along when it leaves", "[stats][law]") {
    const int outlier_at = GENERATE(0, 1, 7, 8, 9, 15, 16, 20, 23);
    RollingWindow window{{.capacity = 8}};
    std::vector<double> kept;
    for (int i = 0; i < 60; ++i) {
        const double x = i == outlier_at ? 1e100 : 1 + 0.001 * (i % 5);
        window.observe(x);
        kept.push_back(x);
        if (kept.size() > 8) kept.erase(kept.begin());
        REQUIRE(window.variance() == Approx(exact_variance(kept)).epsilon(1e-9));
        REQUIRE(window.mean() == Approx(exact_mean(kept)).epsilon(1e-12));
    }
}

TEST_CASE("RollingWindow: does not drift over a million numbers", "[stats]") {
    RollingWindow window{{.capacity = 32}};
    Rng rng{10};
    std::vector<double> kept(32);
    for (std::size_t i = 0; i < 1'000'000; ++i) {
        const double x = 1e9 + rng.normal();
        window.observe(x);
        kept[i % 32] = x;
    }
    CHECK(window.variance() == Approx(exact_variance(kept)).epsilon(1e-12));
    CHECK(window.mean() == Approx(exact_mean(kept)).epsilon(1e-15));
}

TEST_CASE("RollingWindow: bad input is counted and not learned", "[stats][law]") {
    RollingWindow window{{.capacity = 4, .duration = 5s}};
    window.observe(1, at(0s));
    for (const std::uint64_t bits : not_finite_bits) {
        window.observe(from_bits(bits));
        window.observe(from_bits(bits), at(1h));
    }
    window.observe(1e200);
    CHECK(window.rejected() == 13);
    CHECK(window.size() == 1);
    CHECK(window.mean() == 1);
}

TEST_CASE("RollingWindow: empty readings are 0, and clear makes it empty", "[stats][boundary]") {
    RollingWindow window{{.capacity = 4}};
    for (int round = 0; round < 2; ++round) {
        CHECK(window.size() == 0);
        CHECK(window.mean() == 0);
        CHECK(window.variance() == 0);
        CHECK(window.maximum() == 0);
        CHECK(window.median() == 0);
        CHECK(window.newest() == 0);
        for (const double x : {5.0, 6.0, 7.0, 8.0, 9.0}) window.observe(x);
        CHECK(window.mean() == 7.5);
        window.clear();
    }
}

TEST_CASE("RollingWindow: options out of range are refused", "[stats][boundary]") {
    CHECK_THROWS_AS((RollingWindow{{.capacity = 0}}), std::invalid_argument);
    CHECK_THROWS_WITH((RollingWindow{{.capacity = SortedBuffer::max_capacity + 1}}),
                      "RollingWindow: capacity is 1048577, must be in [1, 1048576]");
    CHECK_THROWS_AS((RollingWindow{{.capacity = 1, .duration = -1ns}}), std::invalid_argument);
}

TEST_CASE("RollingWindow: survives a round trip, and damaged bytes do not", "[stats][law]") {
    const Duration duration = GENERATE(0s, 5s);
    const int numbers = GENERATE(0, 3, 8, 13, 16);
    RollingWindow window{{.capacity = 8, .duration = duration}};
    Rng rng{11};
    for (int i = 0; i < numbers; ++i) window.observe(1e9 + rng.normal(), at(i * 400ms));
    const auto use = [](RollingWindow& taken) {
        taken.observe(1, at(0s));
        taken.observe(2, at(100s));
        for (int i = 0; i < 20; ++i) taken.observe(i);
        (void)taken.variance();
        (void)taken.mad();
    };
    check_damage(window, use);

    // Goes on exactly as the first one, an hour of steady time later or in another process.
    RollingWindow back = from_bytes<RollingWindow>(to_bytes(window));
    const Duration last = numbers == 0 ? Duration{0} : Duration{(numbers - 1) * 400ms};
    for (int i = 0; i < 40; ++i) {
        const double x = 1e9 + rng.normal();
        window.observe(x, at(last + i * 700ms));
        back.observe(x, TimePoint{1h + i * 700ms});
        REQUIRE(back.size() == window.size());
        REQUIRE(back.mean() == window.mean());
        REQUIRE(back.variance() == window.variance());
        REQUIRE(back.mad() == window.mad());
    }
}

TEST_CASE("RollingWindow: nothing allocates after construction", "[stats][law]") {
    RollingWindow window{{.capacity = 16, .duration = 1s}};
    const AllocationCount count;
    double sum = 0;
    for (int i = 0; i < 1000; ++i) {
        window.observe(i % 11, at(i * 30ms));
        sum += window.mean() + window.variance() + window.mad() + window.quantile(0.9);
    }
    window.expire(TimePoint::max());
    CHECK(count.since_start() == 0);
    CHECK(sum > 0);
}
