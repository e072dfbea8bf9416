// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/number.hpp"

#include "support/catch.hpp"

using sonde::tool::NumberFault;
using sonde::tool::parse_number;
using sonde::tool::shown;

TEST_CASE("parse_number: reads decimal and scientific numbers, all of the text", "[tool]") {
    CHECK(parse_number("45.868").value == 45.868);
    CHECK(parse_number("-1e-3").value == -0.001);
    CHECK(parse_number("+2").value == 2);
    CHECK(parse_number(" \t7 ").value == 7);
    CHECK(parse_number(".5").value == 0.5);
    CHECK(parse_number("9007199254740993").value == 9007199254740992.0);
    CHECK(parse_number("1.7976931348623157e308").fault == NumberFault::none);
}

TEST_CASE("parse_number: says why a text is no number", "[tool]") {
    for (const auto* text : {"", " ", "\t"}) CHECK(parse_number(text).fault == NumberFault::empty);
    for (const auto* text :
         {"abc", "1x", "1,5", "1 2", "--1", "+-1", "-+1", "+", "-", "0x10", "1e", "12:30"}) {
        CAPTURE(text);
        CHECK(parse_number(text).fault == NumberFault::not_a_number);
        CHECK(parse_number(text).value == 0);
    }
    for (const auto* text : {"nan", "NaN", "inf", "-inf", "Infinity", "+inf"}) {
        CAPTURE(text);
        CHECK(parse_number(text).fault == NumberFault::not_finite);
        CHECK(parse_number(text).value == 0);
    }
    for (const auto* text : {"1e999", "-1e999", "1e-999"})
        CHECK(parse_number(text).fault == NumberFault::out_of_range);
}

TEST_CASE("shown: a message holds no control characters and is never long", "[tool]") {
    CHECK(shown("abc") == "'abc'");
    CHECK(shown("a\nb\x1b[2J\x7f") == "'a\\x0ab\\x1b[2J\\x7f'");
    CHECK(shown(std::string(40, 'x')) == "'" + std::string(40, 'x') + "'");
    CHECK(shown(std::string(41, 'x')) == "'" + std::string(40, 'x') + "...'");
    CHECK(shown("d\xC3\xA9j\xC3\xA0") == "'d\xC3\xA9j\xC3\xA0'");
}
