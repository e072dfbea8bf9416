// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sonde/metrics/resource_source.hpp"
#include "sonde/resources/process.hpp"

namespace sonde {

/// Cores that the host uses, of those that are on: the time that was neither idle nor waiting for a disk
/// between two readings. Absent at the first reading. From `stat`. Threading: single-writer.
class HostCpu final : public ResourceSource {
public:
    explicit HostCpu(const ProcOptions& options = {});
    [[nodiscard]] ResourceInfo info() const noexcept override;
    [[nodiscard]] std::optional<Usage> read(TimePoint now) noexcept override;

private:
    struct Reading {
        std::uint64_t busy = 0, all = 0;
    };

    std::string path_;
    std::optional<Reading> last_;
};

/// Bytes of the host's memory that could not be had without swapping, of all: MemTotal less
/// MemAvailable. From `meminfo`. Threading: single-writer.
class HostMemory final : public ResourceSource {
public:
    explicit HostMemory(const ProcOptions& options = {});
    [[nodiscard]] ResourceInfo info() const noexcept override;
    [[nodiscard]] std::optional<Usage> read(TimePoint now) noexcept override;

private:
    std::string path_;
};

}  // namespace sonde
