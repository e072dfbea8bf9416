// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/prometheus.hpp"

#include "exporters/text_format.hpp"

namespace sonde {

void append_prometheus_text(std::string& out, const Families& families) {
    std::string help;
    for (const Family& family : families) {
        if (family.series.empty()) continue;
        if (!family.help.empty()) {
            help.clear();
            detail::append_escaped(help, family.help, detail::Quotes::kept);
            detail::append_comment(out, "HELP", family.name, help);
        }
        detail::append_comment(out, "TYPE", family.name, detail::kind_name(family.kind));
        detail::append_samples(out, family.name, family, true);
    }
}

std::string prometheus_text(const Families& families) {
    std::string out;
    append_prometheus_text(out, families);
    return out;
}

}  // namespace sonde
