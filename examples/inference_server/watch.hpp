// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "sonde/sonde.hpp"

namespace demo {

/// A number that is looked at several times a second, the detector that judges it, and an alarm for when
/// the verdict stays.
///
/// The detector holds the number against the median of the last ten seconds, in units of their MAD, but of
/// `tolerance` at least: changes of less than three times that matter to nobody. It does not learn from
/// what it finds anomalous. An alarm opens with the third anomalous verdict among four, so that a single
/// hiccup of the machine raises none, and closes after four that are not.
/// Threading: single-writer.
class Watch {
public:
    /// The number at a moment; absent when there is nothing to judge yet.
    using Source = std::function<std::optional<double>(sonde::TimePoint)>;

    /// \param name       lives as long as the watch
    /// \param tolerance  in the unit of the number
    Watch(sonde::Registry& registry, std::string_view name, double tolerance, Source source);

    /// Judges the number of now. True when this look opens an alarm.
    bool look(sonde::TimePoint now);

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const sonde::Verdict& verdict() const noexcept { return verdict_; }
    [[nodiscard]] bool alarm() const noexcept { return alarm_; }

private:
    std::string_view name_;
    Source source_;
    sonde::SlidingWindowDetector detector_;
    sonde::Verdict verdict_{.score = {0, sonde::Status::warming_up}};
    unsigned recent_ = 0;  // one bit per look, the latest lowest: was it anomalous?
    bool alarm_ = false;

    sonde::Gauge& exported_level_;
    sonde::Counter &exported_normal_, &exported_anomalous_, &exported_alarms_;
};

}  // namespace demo
