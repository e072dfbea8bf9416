// SPDX-License-Identifier: Apache-2.0
#include "core/utf8.hpp"

#include <string>

#include "support/catch.hpp"

using sonde::detail::replacement;
using sonde::detail::utf8_step;
using sonde::detail::valid_utf8;

TEST_CASE("valid_utf8: text that is UTF-8 stays as it is", "[core]") {
    const std::string text =
        GENERATE("", "plain", "caf\xC3\xA9", "\xE4\xBD\xA0", "\xF0\x9F\x98\x80", "\n\"\\");
    CHECK(valid_utf8(text) == text);
}

TEST_CASE("valid_utf8: every maximal part that is none becomes one U+FFFD, and a second pass changes nothing",
          "[core][law]") {
    const std::string sign{replacement};
    CHECK(valid_utf8("a\xFF\xFE"
                     "b") == "a" + sign + sign + "b");
    CHECK(valid_utf8("\xE2\x82") == sign);                    // cut short
    CHECK(valid_utf8("\xE2\x82\n") == sign + "\n");           // swallows nothing
    CHECK(valid_utf8("\xED\xA0\x80") == sign + sign + sign);  // a surrogate
    CHECK(valid_utf8(valid_utf8("\xC0\xAF")) == sign + sign);
}

TEST_CASE("utf8_step: says how long a code point is, or the longest part of one", "[core]") {
    CHECK(utf8_step("a").length == 1);
    CHECK(utf8_step("\xF0\x9F\x98\x80!").length == 4);
    CHECK(utf8_step("\xF0\x9F\x98\x80!").valid);
    CHECK(utf8_step("\xF0\x9F\x98").length == 3);
    CHECK_FALSE(utf8_step("\xF0\x9F\x98").valid);
}
