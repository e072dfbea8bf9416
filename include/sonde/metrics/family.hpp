// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sonde {

/// A name and a value that tell series of one family apart.
struct Label {
    std::string name, value;
    friend bool operator==(const Label&, const Label&) = default;
};

/// The labels of a series, in the order they are written.
using Labels = std::vector<Label>;

/// What the numbers of a family mean. The kinds of Prometheus and OpenMetrics that we use.
enum class FamilyKind : std::uint8_t {
    counter,    ///< only grows; the name ends in `_total`
    gauge,      ///< goes up and down
    histogram,  ///< cumulative buckets, a sum and a count
};

/// A value that stays an integer where it is one: a `double` loses counts above 2^53.
struct Number {
    double real = 0;
    std::uint64_t whole = 0;
    bool is_whole = false;

    static Number of(std::uint64_t value) noexcept { return {static_cast<double>(value), value, true}; }
    static Number of(double value) noexcept { return {value, 0, false}; }
};

/// Observations of at most `upper`, those of all smaller buckets included.
struct CumulativeBucket {
    double upper = 0;
    std::uint64_t count = 0;
};

/// One line of a counter or a gauge, or one histogram.
struct Series {
    Labels labels;
    Number value;                           ///< counter, gauge
    std::vector<CumulativeBucket> buckets;  ///< histogram; ascending, without the infinite one
    std::uint64_t count = 0;                ///< histogram: the infinite bucket
    Number sum;                             ///< histogram
};

/// What exporters see: plain values, nothing that a recording thread touches. A series whose value is
/// unknown is absent.
struct Family {
    std::string name;  ///< full: prefix, thing, unit, `_total` for a counter
    std::string help;
    std::string unit;  ///< `seconds`, `bytes`, `ratio` or empty; the name ends in it
    FamilyKind kind = FamilyKind::gauge;
    std::vector<Series> series;
};

/// A registry at one moment, in the order of registration.
using Families = std::vector<Family>;

}  // namespace sonde
