// SPDX-License-Identifier: Apache-2.0
#include "models/neural/packed_recurrent_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/recurrent_gradients.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using namespace sonde::testing;
using detail::InstructionSet;

namespace {

constexpr std::size_t steps = 40;

/// As formulas are written down, in double.
std::vector<double> expected_outputs(const RecurrentNetwork& network, const std::vector<float>& rows) {
    detail::CarriedStates<double> states{network, 1};
    const detail::Matrix<double> inputs{steps, network.inputs(), {rows.begin(), rows.end()}};
    detail::RecurrentGradients<double> pass{network};
    return pass.forward(detail::numbers_of<double>(network), inputs, states, nullptr).values;
}

double off(const detail::PackedRecurrentNetwork& packed, const RecurrentNetwork& network,
           const std::vector<float>& rows, InstructionSet set) {
    const auto expected = expected_outputs(network, rows);
    auto state = packed.begin();
    std::vector<float> out(network.outputs());
    double most = 0;
    for (std::size_t i = 0; i < steps; ++i) {
        packed.step({rows.data() + i * network.inputs(), network.inputs()}, state, set);
        packed.outputs(state, out, set);
        for (std::size_t j = 0; j < out.size(); ++j)
            most = std::max(most, std::abs(static_cast<double>(out[j]) - expected[i * out.size() + j]));
    }
    return most;
}

}  // namespace

TEST_CASE("PackedRecurrentNetwork: steps are the formulas, on every instruction set", "[models]") {
    const auto set = GENERATE(InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512);
    if (!detail::has(set)) return;
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const std::size_t units = GENERATE(1U, 7U, 32U, 45U);
    const RecurrentNetwork network = random_recurrent_network(cell, 5, units, 2, 3, 4);
    CHECK(off(detail::PackedRecurrentNetwork{network}, network, noise(steps * 5, 6), set) < 2e-6);
}

TEST_CASE("PackedRecurrentNetwork: takes other numbers", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const RecurrentNetwork one = random_recurrent_network(cell, 5, 9, 2, 3, 4),
                           other = random_recurrent_network(cell, 5, 9, 2, 3, 5);
    detail::PackedRecurrentNetwork packed{one};
    packed.fill(detail::numbers_of<float>(other));
    CHECK(off(packed, other, noise(steps * 5, 6), detail::fastest_set()) < 2e-6);
}

TEST_CASE("PackedRecurrentNetwork: a step does not allocate", "[models]") {
    const Cell cell = GENERATE(Cell::gru, Cell::lstm);
    const RecurrentNetwork network = random_recurrent_network(cell, 5, 33, 2, 3, 4);
    const detail::PackedRecurrentNetwork packed{network};
    auto state = packed.begin();
    const auto row = noise(5, 6);
    std::vector<float> out(3);
    const AllocationCount count;
    packed.step(row, state);
    packed.outputs(state, out);
    CHECK(count.since_start() == 0);
}
