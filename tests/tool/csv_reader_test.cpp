// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/csv_reader.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/errors.hpp"

using sonde::testing::TextSource;
using sonde::tool::CsvFault;
using sonde::tool::CsvReader;
using sonde::tool::CsvRecord;

namespace {

struct Row {
    std::vector<std::string> fields;
    std::uint64_t line;
    CsvFault fault = CsvFault::none;
    bool blank = false;

    bool operator==(const Row&) const = default;
};

std::vector<Row> read_all(const std::string& text, std::size_t piece, std::size_t longest = 1U << 20U) {
    TextSource source{text, piece};
    CsvReader reader{source, longest};
    std::vector<Row> rows;
    for (CsvRecord record; reader.next(record);)
        rows.push_back(
            {{record.fields.begin(), record.fields.end()}, record.line, record.fault, record.blank});
    return rows;
}

constexpr auto blank = [](std::uint64_t line) { return Row{{""}, line, CsvFault::none, true}; };

}  // namespace

TEST_CASE("CsvReader: rows are the same however the text arrives", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 2, 3, 7, 4096);
    CHECK(read_all("", piece).empty());
    CHECK(read_all("\n\r\n \t\n", piece).empty());
    CHECK(read_all("a,b\n1,2\n", piece) == std::vector<Row>{{{"a", "b"}, 1}, {{"1", "2"}, 2}});
    CHECK(read_all("a,b\n1,2", piece) == std::vector<Row>{{{"a", "b"}, 1}, {{"1", "2"}, 2}});
    CHECK(read_all("a,b\r\n1,2\r\n", piece) == std::vector<Row>{{{"a", "b"}, 1}, {{"1", "2"}, 2}});
    CHECK(read_all(",\n,,", piece) == std::vector<Row>{{{"", ""}, 1}, {{"", "", ""}, 2}});
}

TEST_CASE("CsvReader: a byte order mark is no part of the first field", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 2, 4096);
    CHECK(read_all("\xEF\xBB\xBF"
                   "1\n2\n",
                   piece) == std::vector<Row>{{{"1"}, 1}, {{"2"}, 2}});
    CHECK(read_all("\xEF\xBB\xBF"
                   "\"a\"\n",
                   piece) == std::vector<Row>{{{"a"}, 1}});
    CHECK(read_all("\xEF\xBBx\n", piece) == std::vector<Row>{{{"\xEF\xBBx"}, 1}});
    CHECK(read_all("\xEF\xBB\xBF", piece).empty());
}

TEST_CASE("CsvReader: compressed input is refused, what only begins like it is not", "[tool][csv]") {
    using Catch::Matchers::ContainsSubstring;
    const auto piece = GENERATE(as<std::size_t>{}, 1, 2, 4096);
    CHECK_THROWS_WITH(read_all("\x1F\x8B\x08 and so on\n", piece), ContainsSubstring("gzip -dc"));
    CHECK_THROWS_WITH(read_all("\xFD"
                               "7zXZ and so on\n",
                               piece),
                      ContainsSubstring("xz -dc"));
    CHECK_THROWS_AS(read_all("\x1F\x8B", piece), sonde::tool::RunError);
    CHECK(read_all("\x1F", piece) == std::vector<Row>{{{"\x1F"}, 1}});
    CHECK(read_all("\xFD"
                   "7z,1\n",
                   piece) == std::vector<Row>{{{"\xFD"
                                                "7z",
                                                "1"},
                                               1}});
}

TEST_CASE("CsvReader: quotes hold commas, quotes and line ends", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 2, 5, 4096);
    CHECK(read_all("\"a,b\",1\n", piece) == std::vector<Row>{{{"a,b", "1"}, 1}});
    CHECK(read_all("\"say \"\"hi\"\"\",1\n", piece) == std::vector<Row>{{{"say \"hi\"", "1"}, 1}});
    CHECK(read_all("\"a\nb\r\nc\",1\r\n2,3\n", piece) ==
          std::vector<Row>{{{"a\nb\r\nc", "1"}, 1}, {{"2", "3"}, 4}});
    CHECK(read_all("1,\"\"\n\"\",\"\"\"\"", piece) == std::vector<Row>{{{"1", ""}, 1}, {{"", "\""}, 2}});
    CHECK(read_all("1,\"2\"\r\n\"3\"\r", piece) == std::vector<Row>{{{"1", "2"}, 1}, {{"3"}, 2}});
    CHECK(read_all("5\" disk,1\n", piece) == std::vector<Row>{{{"5\" disk", "1"}, 1}});
}

TEST_CASE("CsvReader: a stray quote costs its own line only", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 3, 4096);
    const auto rows = read_all("1\n\"2\n3\n4\n", piece);
    CHECK(rows == std::vector<Row>{{{"1"}, 1}, {{"\"2"}, 2, CsvFault::open_quote}, {{"3"}, 3}, {{"4"}, 4}});
    CHECK(read_all("\"1\"2,x\n3\n", piece) ==
          std::vector<Row>{{{"\"1\"2", "x"}, 1, CsvFault::text_after_quote}, {{"3"}, 2}});
    CHECK(read_all("\"1\n\"2\n3\n", piece) == std::vector<Row>{{{"\"1"}, 1, CsvFault::text_after_quote},
                                                               {{"\"2"}, 2, CsvFault::open_quote},
                                                               {{"3"}, 3}});
    CHECK(read_all("\"", piece) == std::vector<Row>{{{"\""}, 1, CsvFault::open_quote}});
}

TEST_CASE("CsvReader: blank lines count between rows, not around them", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 4096);
    CHECK(read_all("\n\n1\n\n \r\n2\n\n\n", piece) ==
          std::vector<Row>{{{"1"}, 3}, blank(4), blank(5), {{"2"}, 6}});
    CHECK(read_all("1\n\"\"\n", piece) == std::vector<Row>{{{"1"}, 1}, {{""}, 2}});
}

TEST_CASE("CsvReader: a row beyond the limit is one bad row, and the next line is read", "[tool][csv]") {
    const auto piece = GENERATE(as<std::size_t>{}, 1, 5, 4096);
    const std::string longest_row(15, '1');
    CHECK(read_all(longest_row + "\n2\n", piece, 16) == std::vector<Row>{{{longest_row}, 1}, {{"2"}, 2}});
    CHECK(read_all(longest_row + "11\n2\n", piece, 16) ==
          std::vector<Row>{{{}, 1, CsvFault::too_long}, {{"2"}, 2}});
    CHECK(read_all("1\n" + std::string(99, 'x'), piece, 16) ==
          std::vector<Row>{{{"1"}, 1}, {{}, 2, CsvFault::too_long}});
    CHECK(read_all("\"" + std::string(99, 'x') + "\"\n2\n", piece, 16) ==
          std::vector<Row>{{{}, 1, CsvFault::too_long}, {{"2"}, 2}});
    CHECK(read_all("\"1\n2\n3\n4\n5\n6\n7\n8\n9\n\"\n", piece, 16)[0] ==
          Row{{"\"1"}, 1, CsvFault::open_quote});
}

TEST_CASE("CsvReader: a complete row is given before more is asked for", "[tool][csv]") {
    TextSource source{"1\n2\n3\n", 2};
    CsvReader reader{source};
    CsvRecord record;
    for (std::size_t row = 1; row <= 3; ++row) {
        REQUIRE(reader.next(record));
        // The byte order mark is looked for in the first three bytes only while they could be one.
        CHECK(source.given() == 2 * row);
    }
    CHECK_FALSE(reader.next(record));
}

TEST_CASE("CsvReader: a file of any length takes the memory of a block", "[tool][csv]") {
    std::string text;
    for (int row = 0; row < 200'000; ++row) text += "2014-03-07 03:41:00,\"45.868\"\n";
    std::size_t rows = 0;
    TextSource source{text, 10'000};
    CsvReader reader{source, 1024};  // far below the text's size
    for (CsvRecord record; reader.next(record); ++rows) REQUIRE(record.fields.size() == 2);
    CHECK(rows == 200'000);
}
