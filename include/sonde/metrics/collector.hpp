// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "sonde/metrics/family.hpp"

namespace sonde {

/// Where one metric puts what it exports: `stem` is its full name without the unit, `labels` are its own.
/// A family is begun when its first series comes, so that a family without known values is absent. All
/// series of one registered name are collected one after the other.
/// Threading: single-writer.
class Collector {
public:
    /// \param first  where in `out` the families of the registered name begin
    Collector(Families& out, std::size_t first, std::string stem, std::string help, const Labels& labels)
        : out_{out},
          first_{first},
          stem_{static_cast<std::string&&>(stem)},
          help_{static_cast<std::string&&>(help)},
          labels_{labels} {}

    /// Appends a series to the family `stem + suffix`. \param extra  labels beyond the metric's own
    Series& add(FamilyKind kind, std::string_view suffix, std::string_view help,
                std::initializer_list<Label> extra = {});
    void counter(std::string_view suffix, std::string_view help, std::uint64_t value,
                 std::initializer_list<Label> extra = {}) {
        add(FamilyKind::counter, suffix, help, extra).value = Number::of(value);
    }
    void gauge(std::string_view suffix, std::string_view help, double value,
               std::initializer_list<Label> extra = {}) {
        add(FamilyKind::gauge, suffix, help, extra).value = Number::of(value);
    }

    /// What the metric was registered with.
    [[nodiscard]] const std::string& help() const noexcept { return help_; }

private:
    Families& out_;
    std::size_t first_;
    std::string stem_, help_;
    const Labels& labels_;
};

}  // namespace sonde
