// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <cstdio>

namespace peers {

namespace {

constexpr int name_width = 50;
constexpr int bar_width = 66;

/// The median, and between which values the middle half of the rounds was.
void print_line(const char* verdict, const std::string& what, const Rounds& rounds, const std::string& unit) {
    std::printf("  %-8s %-*s %8.3f%s  (%.3f .. %.3f)", verdict, bar_width, what.c_str(), median(rounds),
                unit.c_str(), quantile(rounds, 0.25), quantile(rounds, 0.75));
}

}  // namespace

void Report::title(const std::string& text) { std::printf("\n== %s\n", text.c_str()); }

void Report::note(const std::string& text) { std::printf("%s\n", text.c_str()); }

void Report::header(const std::vector<std::string>& columns) {
    std::printf("\n  %-*s", name_width, "");
    for (const auto& column : columns) std::printf(" %14s", column.c_str());
    std::printf("\n");
}

void Report::row(const std::string& name, const std::vector<double>& values) {
    std::printf("  %-*s", name_width, name.c_str());
    for (const double value : values) std::printf(" %14.2f", value);
    std::printf("\n");
    std::fflush(stdout);
}

void Report::bar(const std::string& what, const Rounds& rounds, double limit, const std::string& unit) {
    const bool met = median(rounds) <= limit;
    if (!met) ++missed_;
    print_line(met ? "met" : "MISSED", what, rounds, unit);
    std::printf("  bar: at most %g%s\n", limit, unit.c_str());
}

void Report::figure(const std::string& what, const Rounds& rounds, const std::string& unit) {
    print_line("", what, rounds, unit);
    std::printf("\n");
}

void Report::not_measured(const std::string& what, const std::string& why) {
    std::printf("  %-8s %-*s %s\n", "-", bar_width, what.c_str(), why.c_str());
}

}  // namespace peers
