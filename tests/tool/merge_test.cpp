// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/merge.hpp"

#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/merge_report.hpp"
#include "unit/metrics/snapshot_of.hpp"

using Catch::Matchers::ContainsSubstring;
using namespace sonde;
using sonde::testing::snapshot_of;

namespace {

Recording latency(HistogramSnapshot ns) { return {"wait", {}, RecordingKind::latency, 0, std::move(ns)}; }

std::string csv_of(const Recordings& recordings) {
    sonde::testing::TextSink sink;
    tool::CsvWriter writer{sink};
    tool::write_csv(recordings, *tool::parse_percentiles("50"), writer);
    return sink.text.substr(sink.text.find('\n') + 1);
}

std::string table_of(const Recordings& recordings) {
    return tool::table_of(recordings, *tool::parse_percentiles("50"));
}

}  // namespace

TEST_CASE("sonde merge: a quantile is the double nearest to what was asked for", "[tool][merge]") {
    const auto all = tool::parse_percentiles(tool::default_percentiles);
    REQUIRE(all);
    REQUIRE(all->size() == 4);
    CHECK((*all)[0].q == 0.5);
    CHECK((*all)[1].q == 0.9);
    CHECK((*all)[2].q == 0.99);
    CHECK((*all)[3].q == 0.999);
    CHECK((*all)[3].name == "p99.9");
    CHECK(tool::parse_percentiles("0, 100")->back().q == 1);
    for (const auto* const wrong : {"", "50,", ",", "x", "-1", "100.1", "1e1", "nan", "5 0"})
        CHECK_FALSE(tool::parse_percentiles(wrong));
}

TEST_CASE("sonde merge: durations have readable units", "[tool][merge]") {
    const auto [ns, text] = GENERATE(table<std::uint64_t, std::string>({{0, "0 ns"},
                                                                        {999, "999 ns"},
                                                                        {1500, "1.5 us"},
                                                                        {12'345'678, "12.35 ms"},
                                                                        {2'000'000'000, "2 s"},
                                                                        {86'400'000'000'000, "86400 s"}}));
    CHECK_THAT(table_of({{latency(snapshot_of({ns}, 6))}}),
               ContainsSubstring("  " + text + "  " + text + "  " + text + "  " + text + "  1.6 %\n"));
}

TEST_CASE("sonde merge: the bound that is shown is never below 2^-precision_bits", "[tool][merge]") {
    const unsigned precision_bits = GENERATE(range(3U, 11U));
    const auto table = table_of({{latency(snapshot_of({1}, precision_bits))}});
    const auto percent = table.rfind(" %");
    const double shown = std::stod(table.substr(table.rfind(' ', percent - 1), percent));
    const double bound = 100.0 / (1U << precision_bits);
    CHECK(shown >= bound);
    CHECK(shown <= bound * 1.05);
}

TEST_CASE("sonde merge: what is unknown is left empty", "[tool][merge]") {
    CHECK(csv_of({{latency({})}}) == "wait,latency,0,,,,,6\n");
    CHECK(csv_of({{{"up", {}, RecordingKind::up_down_counter, ~std::uint64_t{0}, {}}}}) ==
          "up,up_down_counter,-1,,,,,\n");
    CHECK(csv_of({}).empty());
}

TEST_CASE("sonde merge: a sum that has no room is shown by its total", "[tool][merge]") {
    HistogramSnapshot wide = snapshot_of({5}, 6);
    wide.sum = ~std::uint64_t{0};
    wide.total = 1e21;
    CHECK_THAT(table_of({{latency(wide)}}), ContainsSubstring(" 1000000000000 s "));
    CHECK(csv_of({{latency(wide)}}) == "wait,latency,1,18446744073709551615,5,5,5,6\n");
}

TEST_CASE("sonde merge: control characters in names and labels are escaped", "[tool][merge]") {
    const Recordings odd{{{"a\x1b[2J", {{"k", "x\n\"\\\x7f"}}, RecordingKind::counter, 1, {}}}};
    CHECK_THAT(table_of(odd), ContainsSubstring(R"("a\x1b[2J"{k="x\n\"\\\x7f"}  counter      1)"));
}

TEST_CASE("sonde merge: columns are as wide as their characters, not their bytes", "[tool][merge]") {
    const Recordings both{{{"n", {{"k", "\xc3\xa4\xe2\x82\xac"}}, RecordingKind::counter, 12, {}},
                           {"n", {{"k", "xy"}}, RecordingKind::counter, 3, {}}}};
    CHECK_THAT(table_of(both), ContainsSubstring("n{k=\"\xc3\xa4\xe2\x82\xac\"}  counter     12\n") &&
                                   ContainsSubstring("n{k=\"xy\"}  counter      3\n"));
}

TEST_CASE("sonde merge --help: names every option, in 80 columns", "[tool][merge]") {
    const auto help = tool::merge_help();
    for (const auto& option : tool::merge_options()) CHECK_THAT(help, ContainsSubstring(option.name));
    std::size_t column = 0, widest = 0;
    for (const char c : help) widest = std::max(widest, column = c == '\n' ? 0 : column + 1);
    CHECK(widest <= 80);
}
