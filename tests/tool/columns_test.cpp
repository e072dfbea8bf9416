// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/columns.hpp"

#include <vector>

#include "support/catch.hpp"
#include "tools/sonde/errors.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::tool::choose_columns;
using sonde::tool::ColumnChoice;
using sonde::tool::looks_like_header;
using Fields = std::vector<std::string_view>;
using Index = std::optional<std::size_t>;

namespace {

ColumnChoice column(std::string name) {
    ColumnChoice choice;
    choice.value = std::move(name);
    return choice;
}

ColumnChoice timestamp(std::string name) {
    ColumnChoice choice;
    choice.timestamp = std::move(name);
    return choice;
}

}  // namespace

TEST_CASE("looks_like_header: names are a header, data are not", "[tool][columns]") {
    CHECK(looks_like_header(Fields{"timestamp", "value"}));
    CHECK(looks_like_header(Fields{"", "value"}));
    CHECK(looks_like_header(Fields{"p99", "5xx"}));
    CHECK_FALSE(looks_like_header(Fields{"1.5"}));
    CHECK_FALSE(looks_like_header(Fields{"nan"}));
    CHECK_FALSE(looks_like_header(Fields{"", ""}));
    CHECK_FALSE(looks_like_header(Fields{"N/A"}));
    CHECK_FALSE(looks_like_header(Fields{"2014-03-07 03:41:00", "oops"}));
    CHECK_FALSE(looks_like_header(Fields{"label", "3"}));
}

TEST_CASE("choose_columns: the time is known by its name, the value by its name or place",
          "[tool][columns]") {
    const auto name = GENERATE(as<std::string_view>{}, "timestamp", "Time", "ts", "DATE", "TimeStamp",
                               "date_time", "@timestamp", "time-stamp");
    const auto columns = choose_columns(Fields{"label", name, "latency", "Value"}, {});
    CHECK(columns.header);
    CHECK(columns.timestamp == Index{1});
    CHECK(columns.value == 3);
    CHECK(columns.value_name == "'Value'");
    CHECK(choose_columns(Fields{name, "latency"}, {}).value == 1);
    CHECK(choose_columns(Fields{"latency", name}, {}).value == 0);
    CHECK(choose_columns(Fields{name}, {}).timestamp == Index{});
}

TEST_CASE("choose_columns: without a header the first column may be the time", "[tool][columns]") {
    const auto two = choose_columns(Fields{"1", "45.8"}, {});
    CHECK_FALSE(two.header);
    CHECK(two.timestamp == Index{0});
    CHECK(two.value == 1);
    CHECK(two.value_name == "column 2");
    CHECK(choose_columns(Fields{"45.8"}, {}).timestamp == Index{});
    CHECK(choose_columns(Fields{"2014-03-07T03:41:00.5Z", "1", "2"}, {}).timestamp == Index{0});
    CHECK(choose_columns(Fields{"1394163660", "1", "2"}, {}).timestamp == Index{0});
    CHECK(choose_columns(Fields{"0.5", "1", "2"}, {}).timestamp == Index{});
    CHECK(choose_columns(Fields{"0.5", "1", "2"}, {}).value == 0);
}

TEST_CASE("choose_columns: a guess between several columns is said, a choice is not", "[tool][columns]") {
    const Fields header{"timestamp", "a", "b"};
    CHECK_THAT(choose_columns(header, {}).note, ContainsSubstring("reading 'a'") && ContainsSubstring("'b'"));
    CHECK(choose_columns(header, column("b")).note.empty());
    CHECK(choose_columns(Fields{"timestamp", "a"}, {}).note.empty());
}

TEST_CASE("choose_columns: a column is chosen by name or by number from 1", "[tool][columns]") {
    const Fields header{"time", "latency", "Errors", "2"};
    CHECK(choose_columns(header, column("latency")).value == 1);
    CHECK(choose_columns(header, column("errors")).value == 2);
    CHECK(choose_columns(header, column("3")).value == 2);
    ColumnChoice named_by_a_number = column("2");
    named_by_a_number.header = true;
    CHECK(choose_columns(header, named_by_a_number).value == 3);
    CHECK(choose_columns(header, column("time")).timestamp == Index{});
    CHECK(choose_columns(header, timestamp("Errors")).timestamp == Index{2});
    CHECK(choose_columns(header, timestamp("none")).timestamp == Index{});
    CHECK(choose_columns(header, timestamp("2")).timestamp == Index{1});
}

TEST_CASE("choose_columns: what is not there is refused, with what is", "[tool][columns]") {
    const Fields header{"time", "latency"};
    CHECK_THROWS_WITH(choose_columns(header, column("latncy")),
                      ContainsSubstring("--column is 'latncy'") && ContainsSubstring("'time', 'latency'"));
    CHECK_THROWS_WITH(choose_columns(header, column("3")), ContainsSubstring("1 to 2"));
    CHECK_THROWS_AS(choose_columns(header, column("0")), sonde::tool::UsageError);
    CHECK_THROWS_WITH(choose_columns(header, timestamp("when")),
                      ContainsSubstring("--timestamp-column is 'when'"));
    ColumnChoice no_names = column("latency");
    no_names.header = false;
    CHECK_THROWS_WITH(choose_columns(header, no_names), ContainsSubstring("--no-header"));
}
