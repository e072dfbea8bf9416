// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sonde/core/concepts.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"

namespace sonde {

/// One of several pieces of work, by its number. Does not throw.
using Task = FunctionRef<void(std::size_t)>;

/// The host's threads: calls task(0) ... task(count - 1), each once, in any order, on any threads, and returns
/// when all are done. The library starts no thread of its own; without an executor the caller does it all.
///
///     auto executor = [&](std::size_t count, const sonde::Task& task) { pool.for_each(count, task); };
///     fit_isolation_forest(rows, {.executor = executor});
using Executor = FunctionRef<void(std::size_t, const Task&)>;

namespace detail {
/// All tasks, on the host's threads where there are some.
inline void run_tasks(const Executor& executor, std::size_t count, const Task& task) {
    if (executor && count > 1) return executor(count, task);
    for (std::size_t i = 0; i < count; ++i) task(i);
}
}  // namespace detail

/// Rows that `score_batch` with an executor gives to one task.
inline constexpr std::size_t rows_per_task = 256;

/// `scorer.score_batch(rows, out)` on the host's threads: the same scores, whatever the number of threads.
/// \throws what the executor throws
template <BatchScorer S>
void score_batch(const S& scorer, MatrixView rows, std::span<Score> out, const Executor& executor) {
    const std::size_t count = rows.rows() < out.size() ? rows.rows() : out.size();
    const auto task = [&](std::size_t i) noexcept {
        const std::size_t first = i * rows_per_task;
        const std::size_t size = count - first < rows_per_task ? count - first : rows_per_task;
        scorer.score_batch({rows.data() + first * rows.stride(), size, rows.cols(), rows.stride()},
                           out.subspan(first, size));
    };
    detail::run_tasks(executor, (count + rows_per_task - 1) / rows_per_task, task);
}

}  // namespace sonde
