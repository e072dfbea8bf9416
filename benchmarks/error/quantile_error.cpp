// SPDX-License-Identifier: Apache-2.0
// How far off the quantiles of a Histogram are, held against sorted values: the table in docs/recording.md.
//
//   quantile_error [seed [values]]
#include <cstdio>
#include <cstdlib>
#include <string>

#include "streams.hpp"

using namespace sonde::quantile_error;

namespace {

constexpr double percent = 100;

double bound(unsigned precision_bits) { return std::ldexp(percent, -static_cast<int>(precision_bits)); }

void print_row(std::string_view name, unsigned P, const Errors& errors) {
    std::printf("| %.*s | %u |", static_cast<int>(name.size()), name.data(), P);
    for (const double error : errors.interpolated) std::printf(" %.4f |", error * percent);
    std::printf(" **%.4f** | %.3f | %.4f | %.3f |\n", errors.largest() * percent, bound(P),
                errors.largest_midpoint() * percent, bound(P + 1));
}

/// True when nothing was outside its bound.
bool sound(unsigned P, const Errors& errors) {
    return errors.in_range && errors.largest() * percent <= bound(P) &&
           errors.largest_midpoint() * percent <= bound(P + 1);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
    const std::size_t n = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
    if (n == 0) return std::fputs("usage: quantile_error [seed [values]]\n", stderr), 2;
    std::printf("%zu values, seed %llu; errors in %% of the exact value\n\n", n,
                static_cast<unsigned long long>(seed));
    std::puts("| stream | P | p50 | p90 | p95 | p99 | p99.9 | largest | bound | midpoint, largest | bound |");
    std::puts("|---|---|---|---|---|---|---|---|---|---|---|");
    bool all_sound = true;
    const auto row = [&](std::string_view name, unsigned P, const Values& sorted) {
        const Errors errors = errors_of(sorted, P);
        print_row(name, P, errors);
        all_sound = all_sound && sound(P, errors);
    };
    for (const Stream& stream : {lognormal, bimodal, pareto, gap}) {
        const Values sorted = sorted_values(stream, n, seed);
        for (const unsigned P : {5U, 6U, 7U}) row(stream.name, P, sorted);
    }
    const Values sorted = sorted_values(lognormal, n / 10 + 1, seed);
    for (const unsigned P : {5U, 6U, 7U}) {
        row("all at lower ends", P, at_ends(sorted, P, Ends::lower));
        row("all at upper ends", P, at_ends(sorted, P, Ends::upper));
        row("half at either end", P, at_ends(sorted, P, Ends::both));
    }
    if (!all_sound) std::puts("\nA bound was broken.");
    return all_sound ? 0 : 1;
}
