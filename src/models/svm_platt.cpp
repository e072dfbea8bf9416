// SPDX-License-Identifier: Apache-2.0
#include "models/svm_platt.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sonde::detail {

namespace {

constexpr int most_iterations = 100;
constexpr double least_step = 1e-10, ridge = 1e-12, small_gradient = 1e-5, least_decrease = 1e-4;

/// Decision values and the probabilities they should get.
struct Targets {
    std::span<const double> decisions;
    std::vector<double> wanted;

    /// The negative log likelihood, in the form that neither overflows nor cancels.
    [[nodiscard]] double loss(const PlattScaling& at) const {
        double sum = 0;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double z = decisions[i] * at.slope + at.offset;
            sum += (z >= 0 ? wanted[i] : wanted[i] - 1) * z + std::log1p(std::exp(-std::fabs(z)));
        }
        return sum;
    }
};

/// First and second derivatives of the loss.
struct Derivatives {
    double slope = 0, offset = 0;
    double slope_slope = ridge, slope_offset = 0, offset_offset = ridge;

    Derivatives(const Targets& targets, const PlattScaling& at) {
        for (std::size_t i = 0; i < targets.wanted.size(); ++i) {
            const double f = targets.decisions[i], z = f * at.slope + at.offset,
                         small = std::exp(-std::fabs(z));
            const double p = (z >= 0 ? small : 1) / (1 + small), weight = small / ((1 + small) * (1 + small));
            slope += f * (targets.wanted[i] - p);
            offset += targets.wanted[i] - p;
            slope_slope += f * f * weight;
            slope_offset += f * weight;
            offset_offset += weight;
        }
    }
};

}  // namespace

double probability_of(const PlattScaling& scaling, double decision) noexcept {
    const double z = std::clamp(scaling.slope * decision + scaling.offset, -690.0, 690.0);
    return 1 / (1 + std::exp(z));
}

PlattScaling fit_platt(std::span<const double> decisions, std::span<const std::uint8_t> labels) {
    const auto ones = static_cast<double>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
    const double zeros = static_cast<double>(labels.size()) - ones;
    Targets targets{decisions, {}};
    targets.wanted.reserve(labels.size());
    for (const std::uint8_t label : labels)
        targets.wanted.push_back(label == 1 ? (ones + 1) / (ones + 2) : 1 / (zeros + 2));
    PlattScaling at{0, std::log((zeros + 1) / (ones + 1))};
    double loss = targets.loss(at);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        const Derivatives d{targets, at};
        if (std::fabs(d.slope) < small_gradient && std::fabs(d.offset) < small_gradient) break;
        const double determinant = d.slope_slope * d.offset_offset - d.slope_offset * d.slope_offset;
        const double by_slope = -(d.offset_offset * d.slope - d.slope_offset * d.offset) / determinant;
        const double by_offset = -(d.slope_slope * d.offset - d.slope_offset * d.slope) / determinant;
        const double descent = d.slope * by_slope + d.offset * by_offset;
        double step = 1;
        for (; step >= least_step; step /= 2) {
            const PlattScaling next{at.slope + step * by_slope, at.offset + step * by_offset};
            const double now = targets.loss(next);
            if (!(now < loss + least_decrease * step * descent)) continue;
            at = next;
            loss = now;
            break;
        }
        if (step < least_step) break;
    }
    return at;
}

}  // namespace sonde::detail
