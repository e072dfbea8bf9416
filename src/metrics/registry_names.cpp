// SPDX-License-Identifier: Apache-2.0
#include "metrics/registry_names.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void check_name(std::string_view what, std::string_view name) {
    const bool allowed =
        !name.empty() && is_letter(name.front()) &&
        std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
    if (!allowed) fail("Registry", what, name, "letters, digits and underscores, not beginning with a digit");
}

void check_metric_name(std::string_view name, const MetricKind& kind) {
    check_name("name", name);
    const std::string what = "name of a " + std::string{kind.word};
    if (name.size() <= kind.suffix.size() || !name.ends_with(kind.suffix))
        fail("Registry", what, name, "something that ends in " + std::string{kind.suffix});
    const std::string_view stem = name.substr(0, name.size() - kind.suffix.size());
    static constexpr std::array<std::string_view, 5> misleading{"_total", "_count", "_sum", "_bucket",
                                                                "_created"};
    for (const std::string_view suffix : misleading)
        if (stem.ends_with(suffix))
            fail("Registry", what, name, "without " + std::string{suffix} + ", which says another kind");
}

Labels checked_labels(Labels labels, const MetricKind& kind) {
    static constexpr std::array<std::string_view, 2> reserved{"le", "quantile"};
    for (Label& label : labels) {
        check_name("label", label.name);
        if (label.name.starts_with("__") || contains(reserved, label.name) ||
            contains(kind.labels, label.name))
            fail("Registry", "label", label.name, "another name: this one is reserved");
        label.value = valid_utf8(label.value);
    }
    std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(labels.begin(), labels.end(),
                                          [](const Label& a, const Label& b) { return a.name == b.name; });
    if (twice != labels.end()) fail("Registry", "label", twice->name, "there once");
    return labels;
}

std::string label_key(const Labels& labels) {
    std::string key;
    for (const Label& label : labels) {
        key += label.name;
        key += '=' + std::to_string(label.value.size()) + ':';  // so that no value can end early
        key += label.value;
    }
    return key;
}

std::string label_names(const Labels& labels) {
    std::string names;
    for (const Label& label : labels) names.append(names.empty() ? "" : " and ").append(label.name);
    return names.empty() ? "none" : names;
}

bool same_names(const Labels& a, const Labels& b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Label& x, const Label& y) { return x.name == y.name; });
}

}  // namespace sonde::detail
