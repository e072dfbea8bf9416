// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/detect.hpp"

#include <set>

#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/detect_catalogue.hpp"
#include "tools/sonde/detect_run.hpp"
#include "tools/sonde/errors.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::testing::TextSink;
using sonde::testing::TextSource;

namespace {

/// Scores a number with its size; 3 and more is anomalous, the first one warms up, 99 is refused.
struct Toy {
    using Input = double;
    bool warm = false;
    [[nodiscard]] sonde::Score score(double x) const noexcept {
        if (x == 99) return {0, sonde::Status::bad_input};
        if (!warm) return {0, sonde::Status::warming_up};
        return {x, sonde::Status::ok};
    }
    sonde::Verdict observe(double x) noexcept {
        const auto score_now = score(x);
        warm = true;
        return {score_now, 2.0, score_now.value > 2};
    }
};

struct Result {
    std::string rows, error;
    sonde::tool::DetectCounts counts;
};

Result run(const std::string& text, bool strict = false) {
    TextSource source{text};
    TextSink sink;
    sonde::tool::CsvWriter writer{sink};
    sonde::tool::Console console;
    sonde::tool::DetectRun detect{Toy{}, {}, strict, writer, console};
    sonde::tool::CsvReader reader{source};
    Result result;
    try {
        detect.run(reader);
    } catch (const sonde::tool::RunError& error) {
        result.error = error.what();
    }
    const std::string header = "row,timestamp,value,score,level,verdict\n";
    REQUIRE(sink.text.starts_with(header));
    result.rows = sink.text.substr(header.size());
    result.counts = detect.counts();
    return result;
}

}  // namespace

TEST_CASE("DetectRun: a row for a row, with all four verdicts", "[tool][detect]") {
    const auto result = run("time,value\nt1,1\nt2,1.50\n\"t,3\",3\nt4,oops\nt5\nt6,99\n");
    CHECK(result.rows ==
          "1,t1,1,0,0,warming_up\n"
          "2,t2,1.50,1.5,0.75,normal\n"
          "3,\"t,3\",3,3,1.5,anomalous\n"
          "4,t4,oops,,,bad_input\n"
          "5,t5,,,,bad_input\n"
          "6,t6,99,,,bad_input\n");
    CHECK(result.counts.rows == 6);
    CHECK(result.counts.anomalous == 1);
    CHECK(result.counts.bad == 3);
    CHECK(result.counts.warming_up == 1);
}

TEST_CASE("DetectRun: strict stops at the first bad row, and keeps what came before", "[tool][detect]") {
    const auto result = run("1\n2\nnan\n4\n", true);
    CHECK(result.rows == "1,,1,0,0,warming_up\n2,,2,2,1,normal\n");
    CHECK_THAT(result.error, ContainsSubstring("line 3") && ContainsSubstring("'nan', not finite"));
    CHECK(result.counts.rows == 3);
    CHECK(result.counts.bad == 1);  // the one that stopped it
}

TEST_CASE("DetectRun: nothing in, a header out", "[tool][detect]") {
    CHECK(run("").rows.empty());
    CHECK(run("value\n").rows.empty());
    CHECK(run("value\n").counts.rows == 0);
}

TEST_CASE("sonde detect: no option of a detector hides one of the command", "[tool][detect]") {
    std::set<std::string> own;
    for (const auto& option : sonde::tool::detect_command_options()) CHECK(own.insert(option.name).second);
    const auto check = [&](std::span<const sonde::DetectorOption> options) {
        for (const auto& option : options) CHECK(own.count("--" + std::string{option.name}) == 0);
    };
    for (const auto& entry : sonde::tool::stream_detectors()) check(entry.options);
    for (const auto& entry : sonde::model_catalogue()) check(entry.options);
    for (const auto& entry : sonde::row_forecaster_catalogue()) check(entry.options);
    check(sonde::common_detector_options());
    check(sonde::common_model_options());
}

TEST_CASE("sonde detect --list: shows every detector with every option and its default", "[tool][detect]") {
    const auto list = sonde::tool::detector_list();
    const auto check = [&](const auto& entry) {
        CHECK_THAT(list, ContainsSubstring(std::string{entry.name} + ": " + std::string{entry.purpose}));
        for (const auto& option : entry.options) {
            CHECK_THAT(list, ContainsSubstring("--" + std::string{option.name}));
            CHECK_THAT(list, ContainsSubstring("default " + std::string{option.default_value}));
        }
    };
    for (const auto& entry : sonde::tool::stream_detectors()) check(entry);
    for (const auto& entry : sonde::model_catalogue()) check(entry);
    for (const auto& entry : sonde::row_forecaster_catalogue()) check(entry);
}

TEST_CASE("sonde detect --help: names every option, in 80 columns", "[tool][detect]") {
    const auto help = sonde::tool::detect_help();
    for (const auto& option : sonde::tool::detect_command_options())
        CHECK_THAT(help, ContainsSubstring(option.name));
    std::size_t column = 0, widest = 0;
    for (const char c : help) widest = std::max(widest, column = c == '\n' ? 0 : column + 1);
    CHECK(widest <= 80);
}
