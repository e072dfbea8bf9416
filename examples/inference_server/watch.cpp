// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <bit>
#include <string>
#include <utility>

namespace demo {
namespace {

constexpr unsigned last_four = 0b1111;

sonde::Counter& verdicts(sonde::Registry& registry, std::string_view detector, std::string_view verdict) {
    return registry.counter("verdicts_total", "Verdicts of the detectors.",
                            {{"detector", std::string{detector}}, {"verdict", std::string{verdict}}});
}

}  // namespace

Watch::Watch(sonde::Registry& registry, std::string_view name, double tolerance, Source source)
    : name_{name},
      source_{std::move(source)},
      detector_{{.window = 40,
                 .reference = sonde::WindowReference::median_mad,
                 .side = sonde::Side::above,
                 .min_scale = tolerance,
                 .warm_up = 20},
                sonde::LearnFrom::normal_only},
      exported_level_{registry.gauge("detector_level",
                                     "The latest score, by its threshold: anomalous above 1.",
                                     {{"detector", std::string{name}}})},
      exported_normal_{verdicts(registry, name, "normal")},
      exported_anomalous_{verdicts(registry, name, "anomalous")},
      exported_alarms_{
          registry.counter("alarms_total", "Alarms that were opened.", {{"detector", std::string{name}}})} {}

bool Watch::look(sonde::TimePoint now) {
    const auto value = source_(now);
    if (!value) return false;
    verdict_ = detector_.observe(*value);
    if (verdict_.score.status != sonde::Status::ok) return false;
    exported_level_.set(verdict_.level());
    (verdict_.anomalous ? exported_anomalous_ : exported_normal_).observe();

    recent_ = (recent_ << 1 | (verdict_.anomalous ? 1U : 0U)) & last_four;
    const bool opens = !alarm_ && std::popcount(recent_) >= 3;
    if (opens) exported_alarms_.observe();
    alarm_ = opens || (alarm_ && recent_ != 0);
    return opens;
}

}  // namespace demo
