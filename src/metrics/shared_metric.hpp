// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/metrics/recordings.hpp"

namespace sonde {

class Counter;
class Histogram;
class Latency;
class Throughput;
class UpDownCounter;

namespace detail {

/// Which cells of a region are a metric: an entry in the directory of a shared file.
struct SharedMetric {
    static constexpr Format format{"SHMT", 1};

    std::string name;  ///< full, prefix included
    Labels labels;     ///< by name
    RecordingKind kind = RecordingKind::counter;
    std::uint64_t cells = 0;      ///< the offset of a count, or of a histogram's head
    std::uint64_t buckets = 0;    ///< of a histogram
    unsigned precision_bits = 0;  ///< of a histogram

    [[nodiscard]] bool is_histogram() const noexcept { return !is_count(kind); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  nothing that a process shares
    [[nodiscard]] static SharedMetric read(ByteReader& reader, std::uint16_t version);
};

/// What a directory says.
struct SharedDirectory {
    std::vector<SharedMetric> metrics;
    bool damaged = false;  ///< something that is no entry comes behind them

    /// \param reach  of a region; metrics that lie beyond are damage
    [[nodiscard]] static SharedDirectory read(std::span<const std::byte> log, std::uint64_t reach);
};

/// Tells other processes where the metric lies, if this one shares its recordings, the metric lies in regions,
/// and the directory has room; else it stays unseen. \throws std::bad_alloc
void share(const Counter& metric, const std::string& name, const Labels& labels);
void share(const Throughput& metric, const std::string& name, const Labels& labels);
void share(const UpDownCounter& metric, const std::string& name, const Labels& labels);
void share(const Histogram& metric, const std::string& name, const Labels& labels);
void share(const Latency& metric, const std::string& name, const Labels& labels);

}  // namespace detail
}  // namespace sonde
