// SPDX-License-Identifier: Apache-2.0
#include "resources/proc.hpp"

#include <charconv>
#include <fstream>

namespace sonde::detail {

std::string read_proc(const std::string& path, std::size_t limit) noexcept {
    try {
        std::ifstream file{path, std::ios::binary};
        if (!file) return {};
        std::string text(limit, '\0');
        file.read(text.data(), static_cast<std::streamsize>(limit));
        if (file.bad()) return {};
        text.resize(static_cast<std::size_t>(file.gcount()));
        return text;
    } catch (...) {
        return {};
    }
}

std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) return std::nullopt;
    text.remove_prefix(start);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() != ' ' && text.front() != '\t' && text.front() != '\n')
        return std::nullopt;
    return value;
}

std::optional<std::string_view> take_line(std::string_view& text) noexcept {
    if (text.empty()) return std::nullopt;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

std::optional<double> meminfo_bytes(std::string_view meminfo, std::string_view key) noexcept {
    while (auto line = take_line(meminfo)) {
        if (!line->starts_with(key)) continue;
        line->remove_prefix(key.size());
        if (const auto kib = take_number(*line)) return static_cast<double>(*kib) * 1024;
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace sonde::detail
