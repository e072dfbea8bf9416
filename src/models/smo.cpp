// SPDX-License-Identifier: Apache-2.0
#include "models/smo.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/training_rows.hpp"

namespace sonde::detail {

namespace {

constexpr double never = std::numeric_limits<double>::max();
constexpr double least_curvature = 1e-12;      // of two equal rows; the constant tau of the paper
constexpr std::size_t steps_per_report = 256;  // iterations, or rows of the first gradient

class Smo {
public:
    Smo(KernelCache& cache, SmoProblem problem, const SmoLimits& limits)
        : cache_{cache}, size_{cache.matrix().size()}, p_{std::move(problem)}, limits_{limits} {}

    SmoSolution solve() {
        first_gradient();
        bool converged = false;
        std::size_t iteration = 0;
        for (; iteration < limits_.max_iterations; ++iteration) {
            if (iteration % steps_per_report == 0) report(iteration);
            converged = !step();
            if (converged) break;
        }
        report(iteration);
        const double rho = middle();
        return {std::move(p_.start), rho, iteration, converged};
    }

private:
    void report(std::size_t iteration) const {
        const std::size_t done = std::max<std::size_t>(limits_.done + iteration, 1);
        report_progress(limits_.where, limits_.progress, {std::min(done, limits_.total), limits_.total});
    }

    /// gradient = K b + q
    void first_gradient() {
        gradient_ = p_.linear;
        std::size_t rows = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const double by = p_.start[i];
            if (by == 0) continue;
            if (rows++ % steps_per_report == 0) report(0);
            const float* row = cache_.row(i);
            for (std::size_t k = 0; k < size_; ++k) gradient_[k] += by * static_cast<double>(row[k]);
        }
    }

    /// \returns false at the optimum
    bool step() {
        std::size_t up = size_;
        double least = never, most = -never;
        for (std::size_t k = 0; k < size_; ++k) {
            if (p_.start[k] < p_.high[k] && gradient_[k] < least) {
                least = gradient_[k];
                up = k;
            }
            if (p_.start[k] > p_.low[k] && gradient_[k] > most) most = gradient_[k];
        }
        if (up == size_ || most - least < limits_.tolerance) return false;
        const float* row = cache_.row(up);
        const std::size_t down = partner(up, least, row);
        if (down == size_) return false;
        move(up, down, row);
        return true;
    }

    [[nodiscard]] double curvature(std::size_t up, std::size_t k, const float* row) const {
        const double value =
            cache_.matrix().diagonal(up) + cache_.matrix().diagonal(k) - 2 * static_cast<double>(row[k]);
        return value > 0 ? value : least_curvature;
    }

    /// The one that may fall and with which the objective falls the most.
    [[nodiscard]] std::size_t partner(std::size_t up, double least, const float* row) const {
        std::size_t best = size_;
        double gain = 0;
        for (std::size_t k = 0; k < size_; ++k) {
            const double difference = gradient_[k] - least;
            if (difference <= 0 || p_.start[k] <= p_.low[k]) continue;
            const double now = difference * difference / curvature(up, k, row);
            if (now > gain) {
                gain = now;
                best = k;
            }
        }
        return best;
    }

    void move(std::size_t up, std::size_t down, const float* row) {
        double by = (gradient_[down] - gradient_[up]) / curvature(up, down, row);
        const double room_up = p_.high[up] - p_.start[up], room_down = p_.start[down] - p_.low[down];
        by = std::min({by, room_up, room_down});
        // What reaches a bound is at it: rounding must not leave it free.
        p_.start[up] = by >= room_up ? p_.high[up] : p_.start[up] + by;
        p_.start[down] = by >= room_down ? p_.low[down] : p_.start[down] - by;
        const float* other = cache_.row(down);
        for (std::size_t k = 0; k < size_; ++k)
            gradient_[k] += by * (static_cast<double>(row[k]) - static_cast<double>(other[k]));
    }

    /// The gradient of the coefficients between their bounds, on average; without any, the middle between those at
    /// their upper and those at their lower bound.
    [[nodiscard]] double middle() const {
        double sum = 0, count = 0, above = -never, below = never;
        for (std::size_t k = 0; k < size_; ++k) {
            const bool at_low = p_.start[k] <= p_.low[k], at_high = p_.start[k] >= p_.high[k];
            if (at_high) above = std::max(above, gradient_[k]);
            if (at_low) below = std::min(below, gradient_[k]);
            if (at_low || at_high) continue;
            sum += gradient_[k];
            count += 1;
        }
        if (count > 0) return sum / count;
        if (above <= -never || below >= never) return above <= -never ? below : above;
        return (above + below) / 2;
    }

    KernelCache& cache_;
    std::size_t size_;
    SmoProblem p_;
    const SmoLimits& limits_;
    std::vector<double> gradient_;
};

}  // namespace

SmoSolution solve_smo(KernelCache& cache, SmoProblem problem, const SmoLimits& limits) {
    return Smo{cache, std::move(problem), limits}.solve();
}

}  // namespace sonde::detail
