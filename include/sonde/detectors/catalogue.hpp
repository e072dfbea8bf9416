// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/detectors/any_detector.hpp"

namespace sonde {

/// An option of a detector as a person writes it: `window`, `300`.
struct DetectorSetting {
    std::string name, value;
};

/// A setting that a detector does not take, in the words of its option:
/// `gaussian: warm-up is 1, must be a whole number of at least 2`.
class SettingError : public std::invalid_argument {
public:
    SettingError(const std::string& message, DetectorSetting wrong, std::string_view allowed_instead)
        : std::invalid_argument{message}, setting{std::move(wrong)}, allowed{allowed_instead} {}

    DetectorSetting setting;
    std::string allowed;  ///< what stands behind `must be`
};

/// What can be set, for a list of options or a line of help. Threading: immutable.
struct DetectorOption {
    std::string_view name;           ///< `half-life`
    std::string_view help;           ///< one sentence
    std::string_view default_value;  ///< as it would be written
    std::string_view allowed;        ///< `an integer of at least 2`, `mean-stddev or median-mad`
};

/// A detector for streams of numbers that is chosen by name. Threading: immutable.
struct DetectorEntry {
    std::string_view name;     ///< `sliding-window`
    std::string_view purpose;  ///< one sentence
    std::span<const DetectorOption> options;
    AnyDetector (*make)(const std::vector<DetectorSetting>& settings, std::optional<double> threshold);
};

/// All of them, the one to try first in front. The one table that tools are built on.
[[nodiscard]] std::span<const DetectorEntry> detector_catalogue() noexcept;

/// Options that every entry has, beside its own: what is learned, and a threshold that learns.
[[nodiscard]] std::span<const DetectorOption> common_detector_options() noexcept;

/// A detector by its name: `make_detector("sliding-window", {{"window", "300"}}, 4.0)`.
/// \param settings   own and common options; what is not set has its default
/// \param threshold  a fixed bound in place of the detector's own
/// \throws SettingError           a value that is out of its option's range, or an option that has no effect
///                                beside the others
/// \throws std::invalid_argument  no such detector, option or threshold; it says what there is
[[nodiscard]] AnyDetector make_detector(std::string_view name,
                                        const std::vector<DetectorSetting>& settings = {},
                                        std::optional<double> threshold = {});

}  // namespace sonde
