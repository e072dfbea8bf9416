// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/collector.hpp"

#include <algorithm>
#include <array>

namespace sonde {

namespace {

/// The unit that a family's name ends in, `_total` aside.
std::string_view unit_of(std::string_view name) {
    static constexpr std::array<std::string_view, 4> units{"seconds", "bytes", "ratio", "cores"};
    if (name.ends_with("_total")) name.remove_suffix(6);
    for (const std::string_view unit : units) {
        const std::string_view rest = name.substr(0, name.size() - std::min(name.size(), unit.size()));
        // "requests_per_second" is not in seconds, and neither is the name "seconds" a thing in seconds.
        if (name.ends_with(unit) && rest.ends_with('_') && !rest.ends_with("_per_")) return unit;
    }
    return {};
}

}  // namespace

Series& Collector::add(FamilyKind kind, std::string_view suffix, std::string_view help,
                       std::initializer_list<Label> extra) {
    const std::string name = stem_ + std::string{suffix};
    const auto begin = out_.begin() + static_cast<std::ptrdiff_t>(first_);
    auto family = std::find_if(begin, out_.end(), [&](const Family& f) { return f.name == name; });
    if (family == out_.end()) {
        out_.push_back({name, std::string{help}, std::string{unit_of(name)}, kind, {}});
        family = out_.end() - 1;
    }
    Series& series = family->series.emplace_back();
    series.labels = labels_;
    series.labels.insert(series.labels.end(), extra);
    return series;
}

}  // namespace sonde
