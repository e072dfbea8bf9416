// SPDX-License-Identifier: Apache-2.0
// The figures of docs/recording.md, "How exact", held against sorted values.
#include <cmath>

#include "../../benchmarks/error/streams.hpp"
#include "support/catch.hpp"

using namespace sonde::quantile_error;

namespace {

void check_bounds(const Values& sorted, unsigned P) {
    const Errors errors = errors_of(sorted, P);
    CAPTURE(P, errors.largest(), errors.largest_midpoint());
    CHECK(errors.largest() <= std::ldexp(1.0, -static_cast<int>(P)));
    CHECK(errors.largest_midpoint() <= std::ldexp(1.0, -static_cast<int>(P) - 1));
    CHECK(errors.in_range);
}

}  // namespace

TEST_CASE("Histogram: p50 to p99.9 of 1e7 values are within 0.1 % on streams that are smooth", "[golden]") {
    for (const Stream& stream : {lognormal, bimodal, pareto}) {
        const Values sorted = sorted_values(stream, 10'000'000, 1);
        const Errors errors = errors_of(sorted, 6);
        CAPTURE(stream.name, errors.largest());
        CHECK(errors.largest() <= 0.001);
        for (const unsigned P : {5U, 6U, 7U}) check_bounds(sorted, P);
    }
}

TEST_CASE("Histogram: the bounds hold on adversarial streams", "[golden]") {
    const unsigned P = GENERATE(range(3U, 11U));
    for (const Stream& stream : {lognormal, bimodal, pareto, gap}) {
        const Values sorted = sorted_values(stream, 20'000, P);
        check_bounds(sorted, P);
        for (const Ends ends : {Ends::lower, Ends::upper, Ends::both})
            check_bounds(at_ends(sorted, P, ends), P);
    }
    Values powers{0};
    for (unsigned bit = 0; bit < 63; ++bit)
        for (const unsigned beside : {0U, 1U, 2U}) powers.push_back((std::uint64_t{1} << bit) - 1 + beside);
    std::sort(powers.begin(), powers.end());
    check_bounds(powers, P);
    check_bounds({1, sonde::detail::largest_recordable}, P);
    check_bounds(Values(100, sonde::detail::largest_recordable), P);
}
