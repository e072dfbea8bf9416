// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/svm_kernel.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "models/instruction_set.hpp"
#include "models/rbf_kernel.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::vector<float> noise(Rng& rng, std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

}  // namespace

TEST_CASE("RBF kernel: every instruction set agrees with the scalar one", "[models]") {
    using detail::InstructionSet;
    Rng rng{2};
    const std::size_t dimension = GENERATE(1U, 5U, 40U), vectors = GENERATE(1U, 33U, 600U);
    const auto values = noise(rng, vectors * dimension), rows = noise(rng, 7 * dimension);
    std::vector<double> coefficients(vectors);
    for (double& coefficient : coefficients) coefficient = rng.uniform() - 0.4;
    const auto panels = detail::pack_rbf({values.data(), vectors, dimension}, coefficients,
                                         static_cast<double>(vectors), 1 / static_cast<double>(dimension));
    const float* pointers[7];
    for (std::size_t i = 0; i < 7; ++i) pointers[i] = rows.data() + i * dimension;
    double wanted[7], got[7];
    std::vector<float> wanted_values(panels.weights.size()), got_values(panels.weights.size());
    detail::rbf_sums(panels, pointers, 7, wanted, InstructionSet::scalar);
    detail::rbf_values(panels, rows.data(), wanted_values.data(), InstructionSet::scalar);
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!detail::has(set)) continue;
        detail::rbf_sums(panels, pointers, 7, got, set);
        for (std::size_t i = 0; i < 7; ++i) CHECK(std::fabs(got[i] - wanted[i]) < 3e-6);
        detail::rbf_values(panels, rows.data(), got_values.data(), set);
        for (std::size_t i = 0; i < vectors; ++i)
            CHECK(got_values[i] == Approx(wanted_values[i]).epsilon(2e-5).margin(1e-30));
    }
}

TEST_CASE("RBF kernel: a row's sum does not depend on the rows beside it, to the bit", "[models]") {
    using detail::InstructionSet;
    Rng rng{3};
    const std::size_t dimension = GENERATE(1U, 8U, 33U), vectors = GENERATE(5U, 64U, 300U);
    const auto values = noise(rng, vectors * dimension), rows = noise(rng, 7 * dimension);
    const std::vector<double> coefficients(vectors, 1.0);
    const auto panels = detail::pack_rbf({values.data(), vectors, dimension}, coefficients,
                                         static_cast<double>(vectors), 1 / static_cast<double>(dimension));
    const float* pointers[7];
    for (std::size_t i = 0; i < 7; ++i) pointers[i] = rows.data() + i * dimension;
    for (const auto set :
         {InstructionSet::scalar, InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!detail::has(set)) continue;
        double together[7], alone = 0;
        detail::rbf_sums(panels, pointers, 7, together, set);
        for (std::size_t i = 0; i < 7; ++i) {
            detail::rbf_sums(panels, pointers + i, 1, &alone, set);
            CHECK(alone == together[i]);
        }
    }
}

TEST_CASE("RBF kernel: the vector exponential is off by 2e-7 at most", "[models]") {
    using detail::InstructionSet;
    const std::vector<float> origin{0};
    const auto panels = detail::pack_rbf({origin.data(), 1, 1}, {}, 1, 1.0);
    std::vector<float> values(panels.weights.size());
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!detail::has(set)) continue;
        double worst = 0;
        for (int i = 0; i < 4000; ++i) {
            const float x = static_cast<float>(i) * 0.0023F;
            detail::rbf_values(panels, &x, values.data(), set);
            const float squares = x * x, power = squares * panels.rate;  // as the kernel rounds them
            const double wanted = std::exp2(static_cast<double>(power));
            worst = std::max(worst, std::fabs(static_cast<double>(values[0]) / wanted - 1));
        }
        CHECK(worst < 2e-7);
    }
}

TEST_CASE("SvmExpansion: what is not one is refused with the reason", "[models]") {
    const std::vector<float> vectors{1, 2, 3, 4};
    const MatrixView two{vectors.data(), 2, 2};
    const std::vector<double> good{1, 2}, negative{-1, 2}, none{0, 0}, few{1}, tiny{1e-200, 1},
        broken{std::bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0001U}), 1};
    CHECK_NOTHROW(SvmExpansion::rbf(1, two, good));
    CHECK_THROWS_AS(SvmExpansion::rbf(0, two, good), std::invalid_argument);
    CHECK_THROWS_AS(SvmExpansion::rbf(1e101, two, good), std::invalid_argument);
    CHECK_THROWS_AS(SvmExpansion::rbf(1, {}, {}), std::invalid_argument);
    for (const auto& wrong : {none, few, tiny, broken})
        CHECK_THROWS_AS(SvmExpansion::rbf(1, two, wrong), std::invalid_argument);
    CHECK_THROWS_AS(SvmExpansion::linear({}), std::invalid_argument);
    CHECK_THROWS_AS(SvmExpansion::linear(broken), std::invalid_argument);
    CHECK(SvmExpansion::rbf(1, two, negative).value(std::vector<float>{1, 2, 3}) == 0);
}
