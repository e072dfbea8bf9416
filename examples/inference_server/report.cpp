// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace demo {
namespace {

bool belongs_to(const Alarm& alarm, const Incident& incident) {
    return alarm.opened >= incident.start && alarm.opened < incident.end + recovery;
}

std::string who_and_when(const Finding& finding) {
    std::string text;
    for (const Alarm& alarm : finding.alarms)
        text += fmt::format("{}{} ({:.1f} s)", text.empty() ? "" : ", ", alarm.detector,
                            sonde::seconds(alarm.opened - finding.incident.start));
    return text.empty() ? "nobody" : text;
}

}  // namespace

bool Assessment::passed() const noexcept {
    const auto found = [](const Finding& finding) { return finding.detected_after.has_value(); };
    return false_alarms.empty() && std::all_of(findings.begin(), findings.end(), found);
}

Assessment assess(const Schedule& schedule, std::span<const Alarm> alarms) {
    Assessment result;
    for (const Incident& incident : schedule.incidents()) result.findings.push_back({incident, {}, {}});
    for (const Alarm& alarm : alarms) {
        const auto finding = std::find_if(result.findings.begin(), result.findings.end(),
                                          [&](const Finding& f) { return belongs_to(alarm, f.incident); });
        if (finding == result.findings.end()) {
            result.false_alarms.push_back(alarm);
            continue;
        }
        finding->alarms.push_back(alarm);
        if (alarm.detector == finding->incident.watched_by && !finding->detected_after)
            finding->detected_after = alarm.opened - finding->incident.start;
    }
    return result;
}

std::string to_table(const Assessment& assessment) {
    std::string table =
        fmt::format("{:<30}{:>8}  {:>14}  by detector (after)\n", "incident", "start", "detected after");
    for (const Finding& f : assessment.findings)
        table += fmt::format(
            "{:<30}{:>6.1f} s  {:>14}  {}\n", f.incident.name, sonde::seconds(f.incident.start),
            f.detected_after ? fmt::format("{:.1f} s", sonde::seconds(*f.detected_after)) : "missed",
            who_and_when(f));
    table +=
        fmt::format("false alarms: {}   (an alarm belongs to an incident until {:.0f} s after its end)\n",
                    assessment.false_alarms.size(), sonde::seconds(recovery));
    for (const Alarm& alarm : assessment.false_alarms)
        table += fmt::format("  {} at {:.1f} s\n", alarm.detector, sonde::seconds(alarm.opened));
    return table;
}

}  // namespace demo
