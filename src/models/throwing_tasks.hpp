// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <vector>

#include "sonde/core/executor.hpp"

namespace sonde::detail {

/// `run_tasks` for tasks that may throw, which a task itself must not: what the first of them (by number, not by
/// time) threw is thrown here, once all have ended.
template <class Work>
void run_throwing_tasks(const Executor& executor, std::size_t count, const Work& work) {
    std::vector<std::exception_ptr> failures(count);
    const auto task = [&](std::size_t i) noexcept {
        try {
            work(i);
        } catch (...) {
            failures[i] = std::current_exception();
        }
    };
    run_tasks(executor, count, task);
    for (const auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace sonde::detail
