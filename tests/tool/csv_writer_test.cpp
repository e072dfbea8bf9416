// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/csv_writer.hpp"

#include <charconv>
#include <limits>

#include "support/catch.hpp"
#include "text_source.hpp"
#include "tools/sonde/errors.hpp"

using sonde::testing::TextSink;
using sonde::tool::CsvWriter;

TEST_CASE("CsvWriter: fields are quoted where RFC 4180 asks for it", "[tool][csv]") {
    TextSink sink;
    CsvWriter writer{sink};
    for (const std::string_view field : {"plain", "", "a,b", "say \"hi\"", "two\nlines", "cr\r", " spaces "})
        writer.field(field);
    writer.end_row();
    writer.field(std::uint64_t{7});
    writer.end_row();
    writer.flush();
    CHECK(sink.text == "plain,,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\r\", spaces \n7\n");
}

TEST_CASE("CsvWriter: a number reads back to the same double", "[tool][csv]") {
    using Limits = std::numeric_limits<double>;
    const double number = GENERATE(0.0, 0.1, 1.0 / 3, 1e-300, 123456789.0, 2.5e17, Limits::max(),
                                   Limits::denorm_min(), -Limits::epsilon());
    TextSink sink;
    CsvWriter writer{sink};
    writer.field(number);
    writer.flush();
    double back = 1;
    std::from_chars(sink.text.data(), sink.text.data() + sink.text.size(), back);
    CHECK(back == number);
    CHECK(sink.text.size() <= 24);
}

TEST_CASE("CsvWriter: rows go out in blocks, or when flushed", "[tool][csv]") {
    TextSink sink;
    CsvWriter writer{sink};
    writer.field(std::uint64_t{1});
    writer.end_row();
    CHECK(sink.writes == 0);
    writer.flush();
    writer.flush();
    CHECK(sink.writes == 1);
    const std::string wide(1000, 'x');
    for (int row = 0; row < 1000; ++row) {
        writer.field(wide);
        writer.end_row();
    }
    CHECK(sink.writes > 10);
    CHECK(sink.writes < 20);
}

TEST_CASE("OutputFile: a descriptor that cannot be written is an error", "[tool][csv]") {
    sonde::tool::OutputFile closed{-1, "the output"};
    CHECK_THROWS_WITH(closed.write("x"), Catch::Matchers::ContainsSubstring("cannot write the output: "));
    CHECK_NOTHROW(closed.write(""));
}
