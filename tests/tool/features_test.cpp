// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/features.hpp"

#include <vector>

#include "support/catch.hpp"
#include "tools/sonde/errors.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::tool::choose_features;
using sonde::tool::FeatureChoice;
using sonde::tool::Features;
using sonde::tool::has_header;
using sonde::tool::split_names;
using Row = std::vector<std::string_view>;
using Names = std::vector<std::string>;
using Columns = std::vector<std::size_t>;

namespace {

const Row names{"time", "cpu", "latency", "host", "bad"};
const Row data{"12:00", "0.5", "30", "a1", "0"};

FeatureChoice asked(Names columns) {
    FeatureChoice choice;
    choice.columns = std::move(columns);
    return choice;
}

Features choose(const FeatureChoice& choice) { return choose_features(names, true, data, choice); }

}  // namespace

TEST_CASE("choose_features: by default all that are numbers, but time and label", "[tool][features]") {
    const auto all = choose({});
    CHECK(all.columns == Columns{1, 2, 4});
    CHECK(all.names == Names{"cpu", "latency", "bad"});
    CHECK(all.timestamp == std::size_t{0});
    CHECK(all.note ==
          "reading 'cpu', 'latency', 'bad'; --columns may be 1 to 5, or one of 'time', 'cpu', 'latency', "
          "'host', 'bad'");
    FeatureChoice labelled;
    labelled.label = "bad";
    CHECK(choose(labelled).columns == Columns{1, 2});
    CHECK(choose(labelled).label == std::size_t{4});
}

TEST_CASE("choose_features: a number that is not finite shows a column of numbers too", "[tool][features]") {
    CHECK(choose_features(Row{"a", "b", "c"}, true, Row{"nan", "1e999", ""}, {}).columns == Columns{0, 1});
}

TEST_CASE("choose_features: those that are asked for, in that order", "[tool][features]") {
    CHECK(choose(asked({"latency", "2"})).columns == Columns{2, 1});
    CHECK(choose(asked({"LATENCY"})).columns == Columns{2});
    CHECK(choose(asked({"latency"})).note.empty());
}

TEST_CASE("choose_features: a time that is asked for as a feature is no time", "[tool][features]") {
    CHECK(choose(asked({"time", "cpu"})).timestamp == std::nullopt);
    CHECK(choose_features(Row{"1.5", "2.5"}, false, Row{"1.5", "2.5"}, asked({"1", "2"})).timestamp ==
          std::nullopt);
    auto both = asked({"time"});
    both.timestamp = "time";
    CHECK(choose(both).timestamp == std::size_t{0});
}

TEST_CASE("choose_features: without header a number names a column", "[tool][features]") {
    const Row row{"1394163660", "1", "2"};
    const auto features = choose_features(row, false, row, {});
    CHECK(features.columns == Columns{1, 2});
    CHECK(features.names == Names{"2", "3"});
    CHECK(features.shown == Names{"column 2", "column 3"});
}

TEST_CASE("choose_features: a name that finds another column gives way to the number", "[tool][features]") {
    const Row twice{"a", "a", "", "b"};
    CHECK(choose_features(twice, true, Row{"1", "2", "3", "4"}, {}).names == Names{"a", "2", "3", "b"});
}

TEST_CASE("choose_features: an error says what is wrong", "[tool][features]") {
    CHECK_THROWS_WITH(choose(asked({"cpu", "memory"})),
                      ContainsSubstring("--columns is 'memory', must be 1 to 5, or one of 'time'"));
    CHECK_THROWS_WITH(choose(asked({"cpu", "2"})), "--columns names 'cpu' twice");
    auto label = asked({"cpu", "bad"});
    label.label = "bad";
    CHECK_THROWS_WITH(choose(label), "--label 'bad' is one of --columns");
    label.label = "worse";
    CHECK_THROWS_WITH(choose(label), ContainsSubstring("--label is 'worse', must be 1 to 5"));
    CHECK_THROWS_WITH(choose_features(Row{"a", "b"}, true, Row{"x", "y"}, {}),
                      ContainsSubstring("the first row of data holds no number to judge"));
}

TEST_CASE("has_header: a name of a column asks for one", "[tool][features]") {
    CHECK(has_header(names, {}));
    CHECK_FALSE(has_header(data, {}));
    CHECK(has_header(data, asked({"cpu"})));
    CHECK_FALSE(has_header(data, asked({"1", "2"})));
    auto none = asked({"cpu"});
    none.header = false;
    CHECK_THROWS_WITH(has_header(names, none), ContainsSubstring("--no-header leaves no names"));
}

TEST_CASE("split_names: names with commas between them, quoted where they hold one", "[tool][features]") {
    CHECK(split_names("--columns", "cpu, latency,3") == Names{"cpu", "latency", "3"});
    CHECK(split_names("--columns", "\"a, b\",c") == Names{"a, b", "c"});
    for (const char* wrong : {"", ",", "a,,b", "a,", "\"a", "\"a\"b"})
        CHECK_THROWS_AS(split_names("--columns", wrong), sonde::tool::UsageError);
}
