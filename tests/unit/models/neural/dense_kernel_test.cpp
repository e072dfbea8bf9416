// SPDX-License-Identifier: Apache-2.0
#include "models/neural/dense_kernel.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"

using namespace sonde;
using detail::InstructionSet;
using detail::Panels;
using sonde::testing::noise;

namespace {

std::vector<InstructionSet> sets() {
    std::vector<InstructionSet> all;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512})
        if (detail::has(set)) all.push_back(set);
    return all;
}

}  // namespace

TEST_CASE("dense kernel: products are those in double, the same bits alone and together", "[models]") {
    const std::size_t inputs = GENERATE(1U, 7U, 100U), outputs = GENERATE(1U, 32U, 33U, 130U);
    const std::size_t stride = inputs + 3, most = 17;
    const auto rows = noise(most * stride, 1), weights = noise(inputs * outputs, 2);
    Panels panels{inputs, outputs}, turned{inputs, outputs};
    panels.fill_transposed(weights.data());
    std::vector<float> by_input(inputs * outputs);
    for (std::size_t i = 0; i < inputs; ++i)
        for (std::size_t j = 0; j < outputs; ++j) by_input[i * outputs + j] = weights[j * inputs + i];
    turned.fill(by_input.data());
    for (const InstructionSet set : sets()) {
        std::vector<float> alone(panels.padded());
        for (const std::size_t count : {1U, 2U, 6U, 7U, 8U, 9U, 13U, 14U, 17U}) {
            std::vector<float> out(count * panels.padded(), -1), again = out;
            detail::multiply(rows.data(), stride, count, panels, panels.all(), out.data(), panels.padded(),
                             set);
            detail::multiply(rows.data(), stride, count, turned, turned.all(), again.data(), panels.padded(),
                             set);
            CHECK(out == again);
            for (std::size_t row = 0; row < count; ++row) {
                const float* x = rows.data() + row * stride;
                const float* y = out.data() + row * panels.padded();
                detail::multiply(x, stride, 1, panels, panels.all(), alone.data(), panels.padded(), set);
                CHECK(std::memcmp(alone.data(), y, 4 * panels.padded()) == 0);
                for (std::size_t j = 0; j < panels.padded(); ++j) {
                    double sum = 0, size = 0;
                    for (std::size_t i = 0; j < outputs && i < inputs; ++i) {
                        const double term =
                            static_cast<double>(x[i]) * static_cast<double>(weights[j * inputs + i]);
                        sum += term;
                        size += std::abs(term);
                    }
                    if (std::abs(static_cast<double>(y[j]) - sum) >
                        1e-7 * static_cast<double>(inputs + 1) * size)
                        FAIL("row " << row << " output " << j);
                }
            }
        }
    }
}

TEST_CASE("dense kernel: a part of the panels gives its part of the outputs", "[models]") {
    const auto rows = noise(9 * 20, 3), weights = noise(20 * 150, 4);
    Panels panels{20, 150};
    panels.fill_transposed(weights.data());
    for (const InstructionSet set : sets()) {
        for (const std::size_t count : {1U, 7U, 8U, 9U}) {
            std::vector<float> all(count * panels.padded()), part(count * 96);
            detail::multiply(rows.data(), 20, count, panels, panels.all(), all.data(), panels.padded(), set);
            for (const detail::PanelRange range : {detail::PanelRange{2, 4}, {1, 4}, {3, 4}}) {
                const std::size_t size = (range.last - range.first) * Panels::width;
                detail::multiply(rows.data(), 20, count, panels, range, part.data(), size, set);
                for (std::size_t row = 0; row < count; ++row)
                    CHECK(std::memcmp(&part[row * size],
                                      &all[row * panels.padded() + range.first * Panels::width],
                                      size * sizeof(float)) == 0);
            }
        }
    }
}

TEST_CASE("dense kernel: activations are what they are called", "[models]") {
    std::vector<float> x;
    for (int i = -512; i < 512; ++i) x.push_back(static_cast<float>(i) / 16);
    x.insert(x.end(), {-1e30F, -200, -90, -88, -87, 1e-8F, -1e-8F, 0, 87, 88, 90, 200, 1e30F, 1e-30F, 3, -3});
    x.resize(1056);
    const std::vector<float> bias(x.size(), 0.25F), none(x.size());
    for (const InstructionSet set : sets()) {
        for (const auto activation : {Activation::linear, Activation::relu, Activation::leaky_relu,
                                      Activation::tanh, Activation::sigmoid}) {
            for (const auto* by : {&bias, &none}) {
                auto y = x;
                detail::activate(activation, by->data(), y.data(), y.size(), set);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const auto z = static_cast<double>(x[i] + (*by)[i]);
                    double expected = z;
                    if (activation == Activation::relu) expected = z > 0 ? z : 0;
                    if (activation == Activation::leaky_relu) expected = z < 0 ? 0.01 * z : z;
                    if (activation == Activation::tanh) expected = std::tanh(z);
                    if (activation == Activation::sigmoid) expected = 1 / (1 + std::exp(-z));
                    const double slack = 3e-7 * std::max(1.0, std::abs(expected));
                    if (std::abs(static_cast<double>(y[i]) - expected) > slack)
                        FAIL(static_cast<int>(activation) << " of " << z << " is " << y[i]);
                }
            }
        }
    }
}

TEST_CASE("dense kernel: cross-entropy is what it is called", "[models]") {
    Rng rng{7};
    std::vector<float> y, t;
    for (int i = 0; i < 5000; ++i) {
        y.push_back(static_cast<float>(rng.uniform()));
        t.push_back(static_cast<float>(rng.uniform()));
    }
    for (const float edge : {1e-30F, 1e-7F, 0.5F, 0.70710677F, 0.70710678F, 0.9999999F})
        y[static_cast<std::size_t>(rng.below(5000))] = edge;
    for (const InstructionSet set : sets()) {
        for (const std::size_t size : {1U, 3U, 16U, 17U, 1024U, 5000U}) {
            double sum = 0;
            for (std::size_t i = 0; i < size; ++i) {
                const auto a = static_cast<double>(y[i]), b = static_cast<double>(t[i]);
                sum -= b * std::log(a) + (1 - b) * std::log1p(-a);
            }
            CHECK(detail::sum_cross_entropy(y.data(), t.data(), size, set) == Approx(sum).epsilon(1e-6));
        }
        const std::vector<float> certain{0, 1, 0, 1}, wrong{1, 0, 1, 0};
        CHECK(detail::sum_cross_entropy(certain.data(), certain.data(), 4, set) == Approx(0).margin(1e-6));
        CHECK(detail::sum_cross_entropy(certain.data(), wrong.data(), 4, set) == Approx(4 * 87.336545));
    }
}
