// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sonde/metrics/resource_source.hpp"

namespace sonde {

/// Where the kernel's files are. A test, or a host whose /proc is mounted elsewhere, names another folder.
struct ProcOptions {
    std::string root = "/proc";
};

/// Cores that this process uses, of those it may run on: the time it spent on a processor between two
/// readings, by the time between them. Absent at the first reading. From `self/stat`, whose resolution is
/// a clock tick, 10 ms mostly. Threading: single-writer.
class ProcessCpu final : public ResourceSource {
public:
    explicit ProcessCpu(const ProcOptions& options = {});
    [[nodiscard]] ResourceInfo info() const noexcept override;
    [[nodiscard]] std::optional<Usage> read(TimePoint now) noexcept override;

private:
    struct Reading {
        TimePoint at;
        std::uint64_t ticks = 0;
    };

    std::string path_;
    std::optional<Reading> last_;
};

/// Bytes of this process that are in memory, of the host's memory. From `self/statm` and `meminfo`.
/// Threading: single-writer.
class ProcessMemory final : public ResourceSource {
public:
    explicit ProcessMemory(const ProcOptions& options = {});
    [[nodiscard]] ResourceInfo info() const noexcept override;
    [[nodiscard]] std::optional<Usage> read(TimePoint now) noexcept override;

private:
    std::string statm_path_, meminfo_path_;
};

}  // namespace sonde
