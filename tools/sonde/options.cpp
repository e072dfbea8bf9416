// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "errors.hpp"

namespace sonde::tool {
namespace {

const OptionSpec& find_spec(std::string_view name, std::span<const OptionSpec> known) {
    std::vector<std::string> names;
    for (const auto& spec : known) {
        if (spec.name == name) return spec;
        names.push_back(spec.name);
    }
    const auto near = nearest(name, names);
    throw UsageError{
        near ? fmt::format("unknown option {}; did you mean {}?", name, *near)
             : fmt::format("unknown option {}; it must be one of {}", name, fmt::join(names, ", "))};
}

/// Levenshtein's distance, by rows.
std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

void take(ParsedOptions& parsed, const std::string& name, std::string_view value) {
    if (!parsed.given.try_emplace(name, value).second)
        throw UsageError{fmt::format("{} is given twice", name)};
}

}  // namespace

std::optional<std::string> ParsedOptions::value(std::string_view name) const {
    const auto found = given.find(name);
    return found == given.end() ? std::nullopt : std::optional{found->second};
}

ParsedOptions parse_options(std::span<const std::string_view> arguments, std::span<const OptionSpec> known) {
    ParsedOptions parsed;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string_view argument = arguments[i];
        if (argument == "--") {
            for (++i; i < arguments.size(); ++i) parsed.positional.emplace_back(arguments[i]);
            break;
        }
        if (argument.size() < 2 || argument[0] != '-') {
            parsed.positional.emplace_back(argument);
            continue;
        }
        if (argument == "-h") argument = "--help";
        const auto equals = argument.find('=');
        const auto name = argument.substr(0, equals);
        const auto& spec = find_spec(name, known);
        if (spec.value.empty()) {
            if (equals != argument.npos) throw UsageError{fmt::format("{} takes no value", name)};
            take(parsed, spec.name, "");
        } else if (equals != argument.npos) {
            take(parsed, spec.name, argument.substr(equals + 1));
        } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
            take(parsed, spec.name, arguments[++i]);
        } else {
            throw UsageError{fmt::format("{0} needs a value: {0} {1}", name, spec.value)};
        }
    }
    return parsed;
}

std::string describe_options(std::span<const OptionSpec> options) {
    std::size_t width = 0;
    for (const auto& option : options) width = std::max(width, option.name.size() + 1 + option.value.size());
    std::string text;
    for (const auto& option : options) {
        std::string left = option.value.empty() ? option.name : option.name + " " + option.value;
        std::string_view rest = option.help;
        for (bool more = true; more;) {
            const auto end = rest.find('\n');
            text += fmt::format("  {:<{}}  {}\n", left, width, rest.substr(0, end));
            more = end != rest.npos;
            if (more) rest.remove_prefix(end + 1);
            left.clear();
        }
    }
    return text;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    std::optional<std::string> best;
    std::size_t fewest = 3;
    for (const auto& candidate : candidates) {
        if (const auto distance = edits(word, candidate); distance < fewest) {
            fewest = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace sonde::tool
