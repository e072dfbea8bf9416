// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// What a step of Adam multiplies with.
template <class S>
struct AdamStep {
    S rate;          ///< learning rate / (1 - beta1^t)
    S beta1, beta2;  ///< what moments keep
    S root;          ///< 1 / sqrt(1 - beta2^t)
    S epsilon;
    S keep,
        pull;  ///< of a weight: what decoupled decay leaves, what the other kind adds of it to the gradient
};

/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, w = keep w - rate m / (root sqrt(v) + epsilon), of
/// g + pull w for g.
inline void adam_step(const AdamStep<double>& by, const double* gradient, double* first, double* second,
                      double* weight, std::size_t size, InstructionSet) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        const double g = gradient[i] + by.pull * weight[i];
        first[i] = by.beta1 * first[i] + (1 - by.beta1) * g;
        second[i] = by.beta2 * second[i] + (1 - by.beta2) * g * g;
        weight[i] = by.keep * weight[i] - by.rate * first[i] / (std::sqrt(second[i]) * by.root + by.epsilon);
    }
}
/// The same in float. \param set  one that this machine has
void adam_step(const AdamStep<float>& by, const float* gradient, float* first, float* second, float* weight,
               std::size_t size, InstructionSet set) noexcept;

}  // namespace sonde::detail
