// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/error.hpp"

#include <charconv>

namespace sonde {

void fail(std::string_view where, std::string_view parameter, double value, std::string_view allowed) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    fail(where, parameter, std::string_view{text, static_cast<std::size_t>(end - text)}, allowed);
}

void fail(std::string_view where, std::string_view parameter, std::string_view value,
          std::string_view allowed) {
    std::string message{where};
    message.append(": ").append(parameter).append(" is ").append(value.empty() ? "empty" : value);
    message.append(", must be ").append(allowed);
    throw std::invalid_argument{message};
}

void fail_format(std::string_view where, std::string_view what) {
    throw FormatError{std::string{where}.append(": ").append(what)};
}

}  // namespace sonde
