// SPDX-License-Identifier: Apache-2.0
#include "core/tick_rate.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <limits>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "sonde/core/tsc_clock.hpp"

namespace sonde::detail {

namespace {

/// The processor's promise that the counter runs at one rate in all its power states.
bool is_invariant() noexcept {
#if defined(__x86_64__)
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 8)) != 0;
#else
    return has_ticks;  // Arm's generic timer is, by its architecture
#endif
}

/// Linux lists a clock source that it has found to drift, or to differ between cores, no more
/// (kernel/time/clocksource.c). Asked is what it offers, not what it uses: a guest may prefer kvm-clock.
/// Where there is no list, in a sandbox or on another system, the processor's word has to do.
bool kernel_objects() noexcept {
    std::FILE* const file =
        std::fopen("/sys/devices/system/clocksource/clocksource0/available_clocksource", "re");
    if (file == nullptr) return false;
    std::array<char, 512> text;
    const std::size_t size = std::fread(text.data(), 1, text.size(), file);
    std::fclose(file);
#if defined(__aarch64__)
    constexpr std::string_view name = "arch_sys_counter";
#else
    constexpr std::string_view name = "tsc";
#endif
    return size != 0 && !lists_word({text.data(), size}, name);
}

}  // namespace

TickReading read_ticks() noexcept {
    TickReading best{0, (std::numeric_limits<std::uint64_t>::max)(), {}};
    for (int i = 0; i < 256; ++i) {
        const std::uint64_t before = ticks();
        const TimePoint time = SteadyClock{}.now();
        const std::uint64_t after = ticks();
        if (after < before) continue;
        const std::uint64_t slack = (after - before) / 2 + 1;
        if (slack < best.slack) best = {before + (after - before) / 2, slack, time};
    }
    return best;
}

TickRate rate_between(const TickReading& first, const TickReading& second) noexcept {
    if (second.ticks <= first.ticks || second.time <= first.time) return {};
#if defined(__SIZEOF_INT128__)
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t ticks = second.ticks - first.ticks;
    const auto nanoseconds = static_cast<std::uint64_t>((second.time - first.time).count());
    const Wide multiplier = (static_cast<Wide>(nanoseconds) << tick_fraction_bits) / ticks;
    if (multiplier > (std::numeric_limits<std::uint64_t>::max)()) return {};
    // Time comes in whole nanoseconds.
    const double error =
        (static_cast<double>(first.slack) + static_cast<double>(second.slack)) / static_cast<double>(ticks) +
        1 / static_cast<double>(nanoseconds);
    return {static_cast<std::uint64_t>(multiplier), error};
#else
    return {};
#endif
}

bool same_rate(std::uint64_t multiplier, std::uint64_t other) noexcept {
    const std::uint64_t difference = multiplier > other ? multiplier - other : other - multiplier;
    return difference < other / 50'000;
}

bool lists_word(std::string_view list, std::string_view name) noexcept {
    constexpr std::string_view blank = " \t\n";
    for (std::size_t start = list.find_first_not_of(blank); start != std::string_view::npos;) {
        const std::size_t end = list.find_first_of(blank, start);
        if (list.substr(start, end - start) == name) return true;
        start = list.find_first_not_of(blank, end);
    }
    return false;
}

bool ticks_are_fit() noexcept { return has_ticks && is_invariant() && !kernel_objects(); }

}  // namespace sonde::detail
