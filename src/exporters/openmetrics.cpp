// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/openmetrics.hpp"

#include "exporters/text_format.hpp"

namespace sonde {
namespace {

constexpr std::string_view total = "_total";

std::string_view family_name(const Family& family) noexcept {
    std::string_view name = family.name;
    if (family.kind == FamilyKind::counter && name.ends_with(total)) name.remove_suffix(total.size());
    return name;
}

bool name_has_unit(std::string_view name, std::string_view unit) noexcept {
    return !unit.empty() && name.size() > unit.size() && name.ends_with(unit) &&
           name[name.size() - unit.size() - 1] == '_';
}

// Observations below 0 make the sum go down, and a counter must not: then the format forbids both totals.
bool may_have_totals(const Family& family) noexcept {
    for (const Series& series : family.series) {
        if (!series.buckets.empty() && series.buckets.front().upper < 0) return false;
    }
    return true;
}

void append_family(std::string& out, std::string& scratch, const Family& family) {
    const std::string_view name = family_name(family);
    detail::append_comment(out, "TYPE", name, detail::kind_name(family.kind));
    if (name_has_unit(name, family.unit)) detail::append_comment(out, "UNIT", name, family.unit);
    if (!family.help.empty()) {
        scratch.clear();
        detail::append_escaped(scratch, family.help, detail::Quotes::escaped);
        detail::append_comment(out, "HELP", name, scratch);
    }
    scratch = name;
    if (family.kind == FamilyKind::counter) scratch += total;
    detail::append_samples(out, scratch, family, may_have_totals(family));
}

}  // namespace

void append_openmetrics_text(std::string& out, const Families& families) {
    std::string scratch;
    for (const Family& family : families) {
        if (!family.series.empty()) append_family(out, scratch, family);
    }
    out += "# EOF\n";
}

std::string openmetrics_text(const Families& families) {
    std::string out;
    append_openmetrics_text(out, families);
    return out;
}

}  // namespace sonde
