// SPDX-License-Identifier: Apache-2.0
// What openmetrics_test.py feeds to other people's parsers: random families, whose labels are random bytes and
// whose values are random bits. `exposition prometheus|openmetrics` writes the text form; `exposition values` the
// same samples without our formatting, a line each: name, labels as name=hex, value as %a or integer.
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include "sonde/core/rng.hpp"
#include "sonde/exporters/openmetrics.hpp"
#include "sonde/exporters/prometheus.hpp"

using namespace sonde;

namespace {

std::string random_bytes(Rng& rng) {
    // Leads and continuations often, so that nearly well-formed text comes up.
    constexpr std::string_view likely = "a\\\"\n\xC3\xA4\xE2\x82\xAC\xED\xA0\xF0\x9F\x98\x80\xF4\x8F\xBF\xC0";
    std::string out(rng.below(12), '\0');
    for (char& c : out) {
        c = rng.below(4) == 0 ? static_cast<char>(1 + rng.below(255)) : likely[rng.below(likely.size())];
        if (c == '\r') c = ' ';  // Python's line reader would split there
    }
    return out;
}

Labels labels(Rng& rng, int number) {
    return {{"number", std::to_string(number)}, {"bytes", random_bytes(rng)}};
}

Series histogram(Rng& rng, int number) {
    Series series;
    series.labels = labels(rng, number);
    double upper = 1e-6;
    for (int i = 0; i < 15; ++i, upper *= i % 2 == 0 ? 2 : 5) {
        series.count += rng.below(1000);
        series.buckets.push_back({upper, series.count});
    }
    series.count += rng.below(10);
    series.sum = Number::of(rng.uniform() * 1e6);
    return series;
}

Families random_families() {
    Rng rng{20240229};
    Family counters{
        "random_counts_total", "Counts \"of\" back\\slash,\nand a line.", "", FamilyKind::counter, {}};
    Family gauges{"random_size_bytes", "Any bits.", "bytes", FamilyKind::gauge, {}};
    Family histograms{"random_wait_seconds", "Waiting.", "seconds", FamilyKind::histogram, {}};
    for (int i = 0; i < 2000; ++i) {
        counters.series.push_back({labels(rng, i), Number::of(rng.next() >> rng.below(64)), {}, 0, {}});
        gauges.series.push_back({labels(rng, i), Number::of(std::bit_cast<double>(rng.next())), {}, 0, {}});
    }
    for (int i = 0; i < 50; ++i) histograms.series.push_back(histogram(rng, i));
    return {counters, gauges, histograms, {"random_unknown", "No series.", "", FamilyKind::gauge, {}}};
}

void print_sample(const std::string& name, const Labels& of, const double* upper, const Number& value) {
    std::printf("%s ", name.c_str());
    for (const Label& label : of) {
        std::printf("%s=", label.name.c_str());
        for (const char c : label.value)
            std::printf("%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        std::printf(",");
    }
    if (upper != nullptr) std::printf("le=%a,", *upper);
    if (value.is_whole) {
        std::printf(" %" PRIu64 "\n", value.whole);
    } else {
        std::printf(" %a\n", value.real);
    }
}

void print_values(const Families& families) {
    for (const Family& family : families) {
        for (const Series& series : family.series) {
            if (family.kind != FamilyKind::histogram) {
                print_sample(family.name, series.labels, nullptr, series.value);
                continue;
            }
            for (const CumulativeBucket& bucket : series.buckets) {
                print_sample(family.name + "_bucket", series.labels, &bucket.upper, Number::of(bucket.count));
            }
            const double infinite = std::numeric_limits<double>::infinity();
            print_sample(family.name + "_bucket", series.labels, &infinite, Number::of(series.count));
            print_sample(family.name + "_sum", series.labels, nullptr, series.sum);
            print_sample(family.name + "_count", series.labels, nullptr, Number::of(series.count));
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view form = argc == 2 ? argv[1] : "";
    const Families families = random_families();
    if (form == "prometheus") {
        std::fputs(prometheus_text(families).c_str(), stdout);
    } else if (form == "openmetrics") {
        std::fputs(openmetrics_text(families).c_str(), stdout);
    } else if (form == "values") {
        print_values(families);
    } else {
        return 2;
    }
}
