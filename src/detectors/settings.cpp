// SPDX-License-Identifier: Apache-2.0
#include "detectors/settings.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

template <class Number>
bool parse(std::string_view text, Number& value) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end;
}

const DetectorOption* option_of(std::span<const DetectorOption> options, std::string_view name) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const DetectorOption& option) { return option.name == name; });
    return found == options.end() ? nullptr : &*found;
}

}  // namespace

Settings::Settings(std::string_view detector, std::span<const DetectorOption> own,
                   const std::vector<DetectorSetting>& settings, std::span<const DetectorOption> common)
    : detector_{detector}, own_{own}, common_{common}, settings_{settings} {
    for (const DetectorSetting& setting : settings) {
        if (option_of(own, setting.name) || option_of(common, setting.name)) continue;
        std::vector<std::string_view> known;
        for (const DetectorOption& option : own) known.push_back(option.name);
        for (const DetectorOption& option : common) known.push_back(option.name);
        fail(detector, "option", setting.name, enumerated(known));
    }
}

const DetectorSetting* Settings::find(std::string_view name) const {
    const auto found = std::find_if(settings_.rbegin(), settings_.rend(),
                                    [&](const DetectorSetting& setting) { return setting.name == name; });
    return found == settings_.rend() ? nullptr : &*found;
}

void Settings::read(std::string_view name, double& value, bool (*in_range)(double)) const {
    const DetectorSetting* const setting = find(name);
    if (setting == nullptr) return;
    if (!parse(setting->value, value) || !is_finite(value) || !in_range(value)) refuse(name, allowed(name));
}

void Settings::read(std::string_view name, std::uint64_t& value, std::uint64_t least,
                    std::uint64_t most) const {
    const DetectorSetting* const setting = find(name);
    if (setting == nullptr) return;
    if (!parse(setting->value, value) || value < least || value > most) refuse(name, allowed(name));
}

void Settings::read(std::string_view name, std::vector<std::size_t>& values, std::size_t least,
                    std::size_t most, std::size_t most_values) const {
    const DetectorSetting* const setting = find(name);
    if (setting == nullptr) return;
    values.clear();
    std::string_view rest = setting->value;
    for (bool more = true; more;) {
        const auto end = rest.find('-');
        std::size_t value = 0;
        if (!parse(rest.substr(0, end), value) || value < least || value > most ||
            values.size() == most_values)
            refuse(name, allowed(name));
        values.push_back(value);
        more = end != rest.npos;
        if (more) rest.remove_prefix(end + 1);
    }
}

void Settings::only_with(std::string_view name, bool met, std::string_view condition) const {
    if (!met && find(name) != nullptr) refuse(name, std::string{"left out unless "}.append(condition));
}

void Settings::refuse(std::string_view name, std::string_view allowed) const {
    const DetectorSetting& setting = *find(name);
    try {
        fail(detector_, name, setting.value, allowed);  // words it as everywhere
    } catch (const std::invalid_argument& error) {
        throw SettingError{error.what(), setting, allowed};
    }
}

std::string_view Settings::allowed(std::string_view name) const {
    const DetectorOption* const own = option_of(own_, name);
    return own ? own->allowed : option_of(common_, name)->allowed;
}

int Settings::place(std::string_view name, std::span<const std::string_view> names) const {
    const DetectorSetting* const setting = find(name);
    if (setting == nullptr) return -1;
    const auto found = std::find(names.begin(), names.end(), setting->value);
    if (found == names.end()) refuse(name, enumerated(names));
    return static_cast<int>(found - names.begin());
}

std::string enumerated(std::span<const std::string_view> names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text.append(i + 1 == names.size() ? " or " : ", ");
        text.append(names[i]);
    }
    return text;
}

}  // namespace sonde::detail
