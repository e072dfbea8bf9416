// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/moments.hpp"

#include <vector>

#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

#if defined(__SIZEOF_FLOAT128__)
__extension__ using Quad = __float128;
#else
using Quad = long double;  // quadruple where there is no __float128, on ARM64 for one
#endif
static_assert(sizeof(Quad) == 16);

struct Exact {
    Quad mean, variance;
};

/// By the definition, in two passes with 113 bits.
Exact exact(const std::vector<double>& values) {
    Quad sum = 0, squares = 0;
    for (const double x : values) sum += x;
    const Quad mean = sum / static_cast<Quad>(values.size());
    for (const double x : values) squares += (x - mean) * (x - mean);
    return {mean, squares / static_cast<Quad>(values.size() - 1)};
}

double relative_error(double value, Quad truth) {
    const Quad error = (value - truth) / truth;
    return static_cast<double>(error < 0 ? -error : error);
}

std::vector<double> stream(double offset, std::size_t n) {
    Rng rng{20'24};
    std::vector<double> values(n);
    for (double& x : values) x = offset + rng.normal();
    return values;
}

}  // namespace

TEST_CASE("Moments: 1e6 numbers at offset 1e9 agree with quadruple precision to 1e-9", "[golden]") {
    const double offset = GENERATE(1e9, -1e9, 0.1);
    const std::vector<double> values = stream(offset, 1'000'000);
    const Exact truth = exact(values);
    Moments m;
    for (const double x : values) m.observe(x);
    CAPTURE(relative_error(m.variance(), truth.variance));
    CHECK(relative_error(m.mean(), truth.mean) < 1e-12);
    CHECK(relative_error(m.variance(), truth.variance) < 1e-9);
}

TEST_CASE("Moments: after 1,000 merges they still agree to 1e-9", "[golden]") {
    const std::vector<double> values = stream(1e9, 1'000'000);
    const Exact truth = exact(values);
    Moments all;
    for (std::size_t part = 0; part < 1000; ++part) {
        Moments m;
        for (std::size_t i = 0; i < 1000; ++i) m.observe(values[1000 * part + i]);
        all.merge(m);
    }
    CAPTURE(relative_error(all.variance(), truth.variance));
    CHECK(all.count() == 1'000'000);
    CHECK(relative_error(all.mean(), truth.mean) < 1e-12);
    CHECK(relative_error(all.variance(), truth.variance) < 1e-9);
}

TEST_CASE("Moments: a first number far from all others costs no more than 1e-9", "[golden]") {
    std::vector<double> values = stream(1e9, 100'000);
    values[0] = 0;
    const Exact truth = exact(values);
    Moments m;
    for (const double x : values) m.observe(x);
    CHECK(relative_error(m.variance(), truth.variance) < 1e-9);
}
