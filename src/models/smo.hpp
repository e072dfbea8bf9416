// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/kernel_cache.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde::detail {

/// Minimize b'Kb / 2 + q'b over low <= b <= high with the sum of b as it is at the start. With b = y alpha that is
/// the dual of every support vector machine here: labels are in the bounds.
struct SmoProblem {
    std::vector<double> start, low, high, linear;
};

struct SmoLimits {
    double tolerance;
    std::size_t max_iterations;
    std::string_view where;
    FitProgressCallback progress;
    std::size_t done = 0, total = 0;  // what progress is told: iterations before these, and at most
};

struct SmoSolution {
    std::vector<double> coefficients;
    double rho = 0;  // f(x) = sum of coefficient times k(row, x), less rho
    std::size_t iterations = 0;
    bool converged = false;
};

/// Sequential minimal optimization: two coefficients at a time, chosen by second-order information (Fan, Chen, Lin:
/// Working set selection using second order information for training support vector machines, JMLR 6, 2005, WSS 2),
/// until no pair violates the optimum by more than the tolerance.
/// Cost: O(rows) and at most two rows of the kernel matrix an iteration. \throws FitCancelled
[[nodiscard]] SmoSolution solve_smo(KernelCache& cache, SmoProblem problem, const SmoLimits& limits);

}  // namespace sonde::detail
