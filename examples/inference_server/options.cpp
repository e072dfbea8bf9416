// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string>

namespace demo {
namespace {

std::uint64_t number(std::string_view option, std::string_view text, std::uint64_t lowest,
                     std::uint64_t highest) {
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || rest != text.data() + text.size() || value < lowest || value > highest)
        throw std::invalid_argument{std::string{option} + " needs a whole number of " +
                                    std::to_string(lowest) + " to " + std::to_string(highest) + ", not '" +
                                    std::string{text} + "'"};
    return value;
}

}  // namespace

Options parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        const auto value = [&]() -> std::string_view {
            if (++i == argc) throw std::invalid_argument{std::string{option} + " needs a value"};
            return argv[i];
        };
        if (option == "--seconds")
            options.length = std::chrono::seconds{number(option, value(), 40, 86'400)};
        else if (option == "--seed")
            options.seed = number(option, value(), 0, UINT64_MAX);
        else if (option == "--data")
            options.data = value();
        else if (option == "--serve")
            options.serve = true;
        else if (option == "--help" || option == "-h")
            options.help = true;
        else
            throw std::invalid_argument{"unknown option " + std::string{option}};
    }
    return options;
}

}  // namespace demo
