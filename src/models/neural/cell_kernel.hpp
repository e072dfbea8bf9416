// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "models/instruction_set.hpp"

namespace sonde::detail {

/// What a cell reads and writes in a step of one segment: a block of `units` per gate, in the order of `Cell`. Sums
/// and gates may be the same memory, as may what was before and what comes after.
template <class S>
struct CellStep {
    const S* input;   ///< W x + b
    const S* state;   ///< U h + c
    const S* before;  ///< GRU: h; LSTM: c
    std::size_t units;
    S* gates;     ///< what they came to
    S* after;     ///< GRU: h'; LSTM: c'
    S* squashed;  ///< LSTM: tanh(c')
    S* hidden;    ///< LSTM: h'
};

template <class S>
[[nodiscard]] S logistic(S x) {
    return 1 / (1 + std::exp(-x));
}

inline void gru_step(const CellStep<double>& s, InstructionSet) noexcept {
    const std::size_t n = s.units;
    for (std::size_t i = 0; i < n; ++i) {
        const double before = s.before[i], r = logistic(s.input[i] + s.state[i]),
                     z = logistic(s.input[n + i] + s.state[n + i]),
                     fresh = std::tanh(s.input[2 * n + i] + r * s.state[2 * n + i]);
        s.gates[i] = r;
        s.gates[n + i] = z;
        s.gates[2 * n + i] = fresh;
        s.after[i] = fresh + z * (before - fresh);
    }
}
inline void lstm_step(const CellStep<double>& s, InstructionSet) noexcept {
    const std::size_t n = s.units;
    for (std::size_t i = 0; i < n; ++i) {
        const auto sum = [&](std::size_t gate) { return s.input[gate * n + i] + s.state[gate * n + i]; };
        const double in = logistic(sum(0)), forget = logistic(sum(1)), fresh = std::tanh(sum(2)),
                     out = logistic(sum(3));
        s.gates[i] = in;
        s.gates[n + i] = forget;
        s.gates[2 * n + i] = fresh;
        s.gates[3 * n + i] = out;
        s.after[i] = forget * s.before[i] + in * fresh;
        s.squashed[i] = std::tanh(s.after[i]);
        s.hidden[i] = out * s.squashed[i];
    }
}

/// The same in float; gates and states are off by some 5e-7. \param set  one that this machine has
void gru_step(const CellStep<float>& step, InstructionSet set) noexcept;
void lstm_step(const CellStep<float>& step, InstructionSet set) noexcept;

}  // namespace sonde::detail
