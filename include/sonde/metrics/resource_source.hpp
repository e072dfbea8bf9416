// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "sonde/core/chrono.hpp"

namespace sonde {

/// So much is used of so much that there is.
struct Usage {
    double used = 0;   ///< at least 0
    double total = 0;  ///< above 0

    /// In [0, 1]: what is used beyond the total counts as all of it.
    [[nodiscard]] constexpr double ratio() const noexcept { return used < total ? used / total : 1.0; }
    friend bool operator==(const Usage&, const Usage&) = default;
};

/// What a source measures: `process_memory`, `bytes`, one sentence.
struct ResourceInfo {
    std::string_view name, unit, help;
};

/// Reads a resource when asked: a file of the kernel, a driver. Called once per tick, hence virtual.
/// Threading: single-writer; a registry reads its sources one at a time.
class ResourceSource {
public:
    ResourceSource() = default;
    ResourceSource(const ResourceSource&) = default;
    ResourceSource& operator=(const ResourceSource&) = default;
    virtual ~ResourceSource() = default;

    /// The views must stay valid as long as the source.
    [[nodiscard]] virtual ResourceInfo info() const noexcept = 0;
    /// What is used at `now`; absent when it cannot be told.
    [[nodiscard]] virtual std::optional<Usage> read(TimePoint now) noexcept = 0;
};

}  // namespace sonde
