// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "crew.hpp"
#include "statistics.hpp"
#include "turns.hpp"

namespace peers {

/// Something that is measured: a name, and a piece of work that threads repeat until their time is up.
struct Contender {
    std::string name;
    double operations;  ///< in one batch: some microseconds of work
    std::function<void(unsigned thread)> batch;
    std::function<void()> between = [] {};  ///< done after each slice, off the clock
    unsigned threads = 1;
};

/// How long one contender runs before it is the next one's turn: so long that two threads have met at a lock as
/// often as they do for good (a mutex is at first held in long turns), so short that a minute has many turns.
inline constexpr std::chrono::milliseconds slice_length{20};

/// What an operation costs a thread, in ns: the time of all threads by what all have done.
inline double slice(Crew& crew, const Contender& contender) {
    using Clock = std::chrono::steady_clock;
    std::mutex mutex;
    double operations = 0;
    std::chrono::duration<double, std::nano> time{0};
    crew.run(contender.threads, [&](unsigned thread) {
        double done = 0;
        const auto start = Clock::now();
        auto now = start;
        for (; now - start < slice_length; now = Clock::now(), done += contender.operations)
            contender.batch(thread);
        const std::lock_guard lock{mutex};
        operations += done;
        time += now - start;
    });
    contender.between();
    return time.count() / operations;
}

/// All contenders in turns: for each, the ns of every round.
inline std::vector<Rounds> measure(Crew& crew, const std::vector<Contender>& contenders, std::size_t rounds) {
    std::vector<Rounds> result(contenders.size());
    in_turns(contenders.size(), rounds, [&](std::size_t i, std::size_t round) {
        const double ns = slice(crew, contenders[i]);
        if (round > 0) result[i].push_back(ns);
    });
    return result;
}

}  // namespace peers
