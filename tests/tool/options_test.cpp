// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/options.hpp"

#include "support/catch.hpp"
#include "tools/sonde/errors.hpp"

using Catch::Matchers::ContainsSubstring;
using sonde::tool::nearest;
using sonde::tool::OptionSpec;
using sonde::tool::ParsedOptions;
using sonde::tool::UsageError;
using Words = std::vector<std::string_view>;

namespace {

ParsedOptions parse(const Words& words) {
    static const std::vector<OptionSpec> known{
        {"--column", "NAME|N", "which"}, {"--strict", "", "first\nsecond"}, {"--help", "", "this"}};
    return sonde::tool::parse_options(words, known);
}

}  // namespace

TEST_CASE("parse_options: takes values behind a space or an equals sign", "[tool][options]") {
    const auto parsed = parse({"a.csv", "--column", "x", "--strict"});
    CHECK(parsed.positional == std::vector<std::string>{"a.csv"});
    CHECK(parsed.value("--column") == "x");
    CHECK(parsed.has("--strict"));
    CHECK_FALSE(parsed.has("--help"));
    CHECK(parse({"--column=a=b"}).value("--column") == "a=b");
    CHECK(parse({"--column="}).value("--column") == "");
    CHECK(parse({"--column", "-1"}).value("--column") == "-1");
}

TEST_CASE("parse_options: a dash is a file, two dashes end the options, -h is help", "[tool][options]") {
    CHECK(parse({"-"}).positional == std::vector<std::string>{"-"});
    CHECK(parse({"--", "--strict"}).positional == std::vector<std::string>{"--strict"});
    CHECK(parse({"-h"}).has("--help"));
    CHECK(parse({}).positional.empty());
}

TEST_CASE("parse_options: what is wrong is said with what is right", "[tool][options]") {
    CHECK_THROWS_WITH(parse({"--colum", "x"}), ContainsSubstring("did you mean --column?"));
    CHECK_THROWS_WITH(parse({"--verbose"}), ContainsSubstring("--column, --strict, --help"));
    CHECK_THROWS_AS(parse({"-x"}), UsageError);
    CHECK_THROWS_WITH(parse({"--column"}), ContainsSubstring("--column needs a value: --column NAME|N"));
    CHECK_THROWS_WITH(parse({"--column", "--strict"}), ContainsSubstring("needs a value"));
    CHECK_THROWS_WITH(parse({"--strict=1"}), ContainsSubstring("--strict takes no value"));
}

TEST_CASE("parse_options: an option is given once", "[tool][options]") {
    CHECK_THROWS_WITH(parse({"--column", "x", "--column", "y"}), "--column is given twice");
    CHECK_THROWS_WITH(parse({"--column=x", "--column=x"}), "--column is given twice");
    CHECK_THROWS_WITH(parse({"--strict", "--strict"}), "--strict is given twice");
    CHECK_THROWS_WITH(parse({"-h", "--help"}), "--help is given twice");
}

TEST_CASE("describe_options: columns stand under each other", "[tool][options]") {
    const std::vector<OptionSpec> options{{"--column", "N", "which"}, {"--strict", "", "first\nsecond"}};
    CHECK(sonde::tool::describe_options(options) ==
          "  --column N  which\n"
          "  --strict    first\n"
          "              second\n");
}

TEST_CASE("nearest: at most two edits away", "[tool][options]") {
    const std::vector<std::string> names{"window", "warm-up"};
    CHECK(nearest("windw", names) == "window");
    CHECK(nearest("warmup", names) == "warm-up");
    CHECK(nearest("wnd", names) == std::nullopt);
    CHECK(nearest("", {}) == std::nullopt);
}
