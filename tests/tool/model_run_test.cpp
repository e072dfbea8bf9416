// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/model_run.hpp"

#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/csv_rows.hpp"
#include "tools/sonde/errors.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::testing::TextSink;
using sonde::testing::TextSource;
using sonde::tool::FeatureChoice;
using sonde::tool::ModelSource;
using sonde::tool::TrainingRows;

namespace {

/// Scores a row with its sum, of which each feature has its part; 2 is the bound.
struct Sum {
    using Input = sonde::Row;
    static constexpr sonde::Format format{"SUMM", 1};
    std::size_t features = 2;
    sonde::ScoreCalibration usual{std::vector<double>{1.0}};

    [[nodiscard]] sonde::Score score(const sonde::Row& row) const noexcept {
        double sum = 0;
        for (const float x : row) sum += static_cast<double>(x);
        return {sum, sonde::Status::ok};
    }
    void score_batch(sonde::MatrixView rows, std::span<sonde::Score> out) const noexcept {
        for (std::size_t i = 0; i < rows.rows() && i < out.size(); ++i) out[i] = score(rows.row(i));
    }
    sonde::Score attribute(const sonde::Row& row, std::span<double> shares) const noexcept {
        for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = static_cast<double>(row[i]);
        return score(row);
    }
    [[nodiscard]] std::size_t dimension() const noexcept { return features; }
    [[nodiscard]] const sonde::ScoreCalibration& calibration() const noexcept { return usual; }
    void write(sonde::ByteWriter&) const {}
    [[nodiscard]] static Sum read(sonde::ByteReader&, std::uint16_t) { return {}; }
};

sonde::AnyModelDetector detector(std::size_t features = 2) {
    return {Sum{features}, sonde::FixedThreshold{2.0}};
}

struct Result {
    std::string rows, error;
    sonde::tool::DetectCounts counts;
};

Result run(const std::string& text, ModelSource source, FeatureChoice choice = {}, bool strict = false) {
    TextSource input{text};
    TextSink sink;
    sonde::tool::CsvWriter writer{sink};
    sonde::tool::Console console;
    sonde::tool::ModelRun model{std::move(source), strict, writer, console};
    sonde::tool::CsvRows rows{input, std::move(choice)};
    Result result;
    try {
        model.run(rows);
    } catch (const sonde::tool::RunError& error) {
        result.error = error.what();
    }
    const std::string header = "row,timestamp,feature,score,level,verdict\n";
    REQUIRE(sink.text.starts_with(header));
    result.rows = sink.text.substr(header.size());
    result.counts = model.counts();
    return result;
}

ModelSource ready() {
    ModelSource source;
    source.detector = detector();
    return source;
}

/// Learns from the first `count` rows, which it hands out.
ModelSource learning(std::uint64_t count, TrainingRows& seen, bool labelled = false) {
    ModelSource source;
    source.train = count;
    source.labelled = labelled;
    source.fit = [&seen](const TrainingRows& rows) {
        seen = rows;
        return detector(rows.columns);
    };
    return source;
}

}  // namespace

TEST_CASE("ModelRun: a row for a row, with the feature that is to blame", "[tool][detect]") {
    const auto result =
        run("time,a,b\nt1,0.5,0.5\nt2,1,3\n\"t,3\",3,1\nt4,oops,1\nt5,1\nt6,1,1e39\nt7,1,nan\n", ready());
    CHECK(result.rows ==
          "1,t1,,1,0.5,normal\n"
          "2,t2,b,4,2,anomalous\n"
          "3,\"t,3\",a,4,2,anomalous\n"
          "4,t4,,,,bad_input\n"
          "5,t5,,,,bad_input\n"
          "6,t6,,,,bad_input\n"
          "7,t7,,,,bad_input\n");
    CHECK(result.counts.rows == 7);
    CHECK(result.counts.anomalous == 2);
    CHECK(result.counts.bad == 4);
}

TEST_CASE("ModelRun: the first rows train, bad ones are left out", "[tool][detect]") {
    TrainingRows seen;
    const auto result = run("a,b\n1,2\nx,1\n3,4\n0,9\n", learning(3, seen));
    CHECK(result.rows ==
          "1,,,0,0,warming_up\n"
          "2,,,,,bad_input\n"
          "3,,,0,0,warming_up\n"
          "4,,b,9,4.5,anomalous\n");
    CHECK(seen.values == std::vector<float>{1, 2, 3, 4});
    CHECK(seen.columns == 2);
    CHECK(seen.bad == 1);
    CHECK(seen.labels.empty());
    CHECK(result.counts.warming_up == 2);
}

TEST_CASE("ModelRun: labels are read in training, and not behind it", "[tool][detect]") {
    TrainingRows seen;
    FeatureChoice choice;
    choice.label = "y";
    const auto result = run("a,y,b\n1,0,2\n3,1.0,4\n5,2,6\n7,,8\n0,?,0\n", learning(4, seen, true), choice);
    CHECK(seen.values == std::vector<float>{1, 2, 3, 4});
    CHECK(seen.labels == std::vector<std::uint8_t>{0, 1});
    CHECK(seen.bad == 2);
    CHECK(result.rows.ends_with("5,,,0,0,normal\n"));
}

TEST_CASE("ModelRun: strict stops at the first bad row, and keeps what came before", "[tool][detect]") {
    const auto result = run("a,b\n1,1\n1,\n1,1\n", ready(), {}, true);
    CHECK(result.rows == "1,,,2,1,normal\n");
    CHECK_THAT(result.error, ContainsSubstring("line 3") && ContainsSubstring("'b' is empty"));
}

TEST_CASE("ModelRun: a blank row in front does not tell what the features are", "[tool][detect]") {
    CHECK(run("a,b\n\n1,3\n", ready()).rows == "1,,,,,bad_input\n2,,b,4,2,anomalous\n");
}

TEST_CASE("ModelRun: nothing in, a header out", "[tool][detect]") {
    CHECK(run("", ready()).rows.empty());
    CHECK(run("a,b\n", ready()).rows.empty());
}

TEST_CASE("ModelRun: too few rows, and another number of columns, are said", "[tool][detect]") {
    TrainingRows seen;
    CHECK_THROWS_WITH(run("a,b\n1,2\n", learning(3, seen)), "--train is 3, but there is 1 row only");
    CHECK_THROWS_WITH(run("a,b,c\n1,2,3\n", ready()),
                      "the model judges 2 columns, but 3 are read: 'a', 'b', 'c'");
    FeatureChoice one;
    one.columns = {"b"};
    CHECK_THROWS_WITH(run("a,b\n", ready(), one), "the model judges 2 columns, but 1 is read: 'b'");
}
