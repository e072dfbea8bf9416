// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <new>
#include <string>

#include "sonde/metrics/registry.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using sonde::Registry;
using sonde::testing::FailingAllocations;

namespace {

const sonde::TimePoint now{1000s};

/// Lets every allocation of `ask` fail in turn until it needs no more; `check` comes after each failure.
template <class Ask, class Check>
int failures(Ask ask, Check check) {
    for (int failed = 0;; ++failed) {
        bool short_of_memory = false;
        try {
            const FailingAllocations failing{static_cast<std::uint64_t>(failed)};
            ask();
        } catch (const std::bad_alloc&) {
            short_of_memory = true;
        }
        if (!short_of_memory) return failed;
        check();
    }
}

}  // namespace

TEST_CASE("Registry: an asking for which memory is short registers nothing", "[metrics]") {
    const sonde::Latency first;  // makes what all metrics of the process share
    Registry registry{{.max_series = 2}};
    const std::string name = "a_name_that_is_too_long_for_any_string_to_keep_inside_total";
    const std::string value = "a value that is too long for any string to keep inside";
    std::size_t series = 0;
    const auto unchanged = [&] {
        const auto families = registry.families(now);
        CHECK((families.empty() ? 0 : families.front().series.size()) == series);
        CHECK(families.size() <= 1);
    };
    const auto ask = [&] {
        registry.counter(name, "Help.", {{"model", value + std::to_string(series)}}).add();
    };
    for (; series < 3; ++series) CHECK(failures(ask, unchanged) > 5);  // the third one is the overflow series
    const auto families = registry.families(now);
    REQUIRE(families.size() == 2);
    for (const auto& one : families.at(0).series) CHECK(one.value.whole == 1);
    CHECK(families.at(1).series.at(0).value.whole == 1);
}

TEST_CASE("Registry: a name for which memory was short is free for another kind", "[metrics]") {
    const sonde::Latency first;
    for (std::uint64_t succeed = 0;; ++succeed) {
        Registry registry;
        bool registered = false;
        try {
            const FailingAllocations failing{succeed};
            registry.latency("request_seconds", "Help.");
            registered = true;
        } catch (const std::bad_alloc&) {}
        if (registered) break;
        CHECK_NOTHROW(registry.gauge("request_window_seconds", "Another kind."));
        CHECK(registry.families(now).empty());  // a gauge that was never set
    }
}
