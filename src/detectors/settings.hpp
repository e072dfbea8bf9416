// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/detectors/catalogue.hpp"

namespace sonde::detail {

/// Options as text, turned into values. What is not set leaves its value alone; the last one set counts.
/// \throws SettingError  from each read of a text that is not such a value
class Settings {
public:
    /// \param common  what can be set of every detector of the table
    /// \throws std::invalid_argument  a name that neither `own` nor `common` has
    Settings(std::string_view detector, std::span<const DetectorOption> own,
             const std::vector<DetectorSetting>& settings,
             std::span<const DetectorOption> common = common_detector_options());

    void read(std::string_view name, double& value, bool (*in_range)(double)) const;
    void read(std::string_view name, std::uint64_t& value, std::uint64_t least,
              std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) const;
    /// Whole numbers with a `-` between them: `128-32-128`.
    void read(std::string_view name, std::vector<std::size_t>& values, std::size_t least, std::size_t most,
              std::size_t most_values) const;
    /// The enumerator whose place in `names` the text has.
    template <class Enum>
    void read(std::string_view name, Enum& value, std::span<const std::string_view> names) const {
        if (const int at = place(name, names); at >= 0) value = static_cast<Enum>(at);
    }
    /// Refuses an option that would be ignored.
    /// \param condition  when it counts: `"estimate is median-mad"`
    void only_with(std::string_view name, bool met, std::string_view condition) const;
    /// \param name  an option that is set.  \throws SettingError  always
    [[noreturn]] void refuse(std::string_view name, std::string_view allowed) const;

private:
    [[nodiscard]] const DetectorSetting* find(std::string_view name) const;
    [[nodiscard]] int place(std::string_view name, std::span<const std::string_view> names) const;
    [[nodiscard]] std::string_view allowed(std::string_view name) const;

    std::string_view detector_;
    std::span<const DetectorOption> own_, common_;
    const std::vector<DetectorSetting>& settings_;
};

/// `"a, b or c"`.
[[nodiscard]] std::string enumerated(std::span<const std::string_view> names);

}  // namespace sonde::detail
