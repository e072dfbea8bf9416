// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "detectors/settings.hpp"
#include "sonde/detectors/any_detector.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde::detail {

inline constexpr std::string_view learn_from_names[] = {"everything", "normal-only", "nothing"};  // in order

/// A detector of this scorer with the threshold that was asked for: what the common options set.
template <class S>
AnyDetector assemble(S scorer, const Settings& settings, std::optional<double> threshold) {
    auto learn_from = LearnFrom::everything;
    settings.read("learn-from", learn_from, learn_from_names);
    QuantileThresholdOptions options;
    double quantile = 0;
    settings.read("threshold-quantile", quantile, [](double q) { return q >= 0 && q < 1; });
    settings.read("threshold-warm-up", options.warm_up, 1);
    settings.only_with("threshold-warm-up", quantile != 0, "threshold-quantile is above 0");
    if (quantile == 0) {
        const double bound = threshold.value_or(scorer.default_threshold());
        return StreamingDetector{std::move(scorer), FixedThreshold{bound}, learn_from};
    }
    if (threshold) settings.refuse("threshold-quantile", "left out when a fixed threshold is given");
    options.quantile = quantile;
    return StreamingDetector{std::move(scorer), QuantileThreshold{options}, learn_from};
}

}  // namespace sonde::detail
