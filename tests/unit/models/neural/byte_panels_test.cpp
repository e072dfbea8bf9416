// SPDX-License-Identifier: Apache-2.0
#include "models/neural/byte_panels.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;
using detail::BytePanels;
using detail::InstructionSet;

namespace {

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512,
                           InstructionSet::avx512_vnni})
        if (detail::has(set)) all.push_back(set);
    return all;
}

}  // namespace

TEST_CASE("byte panels: products are exact on every instruction set", "[models]") {
    const std::size_t inputs = GENERATE(1U, 4U, 15U, 33U, 4096U), columns = GENERATE(1U, 32U, 70U);
    const bool extreme = GENERATE(false, true);
    const std::size_t most = 13, stride = (inputs + 3) / 4 * 4 + 8;
    Rng rng{1};
    std::vector<std::uint8_t> rows(most * stride);
    BytePanels panels{inputs, columns};
    for (std::size_t row = 0; row < most; ++row)
        for (std::size_t i = 0; i < inputs; ++i)
            rows[row * stride + i] = extreme ? 127 : static_cast<std::uint8_t>(rng.below(128));
    for (std::size_t i = 0; i < inputs; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            panels.at(i, j) = static_cast<std::int8_t>(extreme ? (j % 2 == 0 ? 127 : -127)
                                                               : static_cast<int>(rng.below(255)) - 127);
    for (std::size_t p = 0; p < panels.count(); ++p) {
        std::vector<std::int32_t> expected(most * BytePanels::width);
        for (std::size_t row = 0; row < most; ++row)
            for (std::size_t j = 0; j < BytePanels::width && p * BytePanels::width + j < columns; ++j)
                for (std::size_t i = 0; i < inputs; ++i)
                    expected[row * BytePanels::width + j] +=
                        rows[row * stride + i] * panels.at(i, p * BytePanels::width + j);
        for (const InstructionSet set : sets())
            for (const std::size_t count : {1U, 4U, 8U, 13U}) {
                std::vector<std::int32_t> out(most * BytePanels::width, -1), wanted = out;
                std::copy_n(expected.begin(), count * BytePanels::width, wanted.begin());
                detail::multiply_bytes(rows.data(), stride, count, panels.panel(p), out.data(), set);
                if (out != wanted) FAIL("set " << static_cast<int>(set) << ", " << count << " rows");
            }
    }
}
