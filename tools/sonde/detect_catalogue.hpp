// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "errors.hpp"
#include "options.hpp"
#include "sonde/detectors/catalogue.hpp"
#include "sonde/models/catalogue.hpp"
#include "sonde/models/forecast/row_forecasters.hpp"

// The detectors that `sonde detect` has, and what the command line says of them.
namespace sonde::tool {

/// Those that judge a column and learn as it goes, the default in front.
[[nodiscard]] std::vector<DetectorEntry> stream_detectors();

/// \throws UsageError  there is none of that name; it says what there is, models too
[[nodiscard]] DetectorEntry find_stream_detector(std::string_view name);

/// A model that learns before it judges rows of several columns; null: there is none of that name.
[[nodiscard]] const ModelEntry* find_model(std::string_view name) noexcept;

/// Adds `--name VALUE` for each option that is not there yet.
void add_detector_options(std::vector<OptionSpec>& specs, std::span<const DetectorOption> options);

/// A forecaster of rows, which is trained before it judges; null: there is none of that name.
[[nodiscard]] const RowForecasterEntry* find_row_forecaster(std::string_view name) noexcept;

/// Every option that is no option of the command itself.
/// \param name  of the detector.  \param own, common  what it takes.  \param command_options  of the command
/// \throws UsageError  another one is among them
[[nodiscard]] std::vector<DetectorSetting> settings_for(std::string_view name,
                                                        std::span<const DetectorOption> own,
                                                        std::span<const DetectorOption> common,
                                                        std::span<const OptionSpec> command_options,
                                                        const ParsedOptions& parsed);

/// A number above 0; nothing when it is not given. \throws UsageError  something else
[[nodiscard]] std::optional<double> threshold_of(const ParsedOptions& parsed);

/// --header or --no-header. \throws UsageError  both
[[nodiscard]] std::optional<bool> header_of(const ParsedOptions& parsed);

/// The one FILE. \throws UsageError  none or more than one
[[nodiscard]] const std::string& file_of(const ParsedOptions& parsed);

/// In the words of the command line: `--window is '0', must be a whole number in [2, 1048576]`
[[nodiscard]] std::string words_of(const SettingError& error);

/// Settings, in those words. \param check  of the library \throws UsageError  one is refused
template <class Check>
void check_settings(const Check& check) {
    try {
        check();
    } catch (const SettingError& error) {
        throw UsageError{words_of(error)};
    }
}

}  // namespace sonde::tool
