// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/metrics/histogram_snapshot.hpp"

namespace sonde {

/// What a `Recording` counts.
enum class RecordingKind : std::uint8_t {
    counter,          ///< `Counter`, `Throughput`: only grows
    up_down_counter,  ///< `UpDownCounter`: in two's complement
    histogram,        ///< `Histogram`: whole numbers
    latency,          ///< `Latency`: whole nanoseconds
};

/// As the enumerator is called.
[[nodiscard]] std::string_view name_of(RecordingKind kind) noexcept;
/// Whether it is one number; a histogram else.
[[nodiscard]] constexpr bool is_count(RecordingKind kind) noexcept {
    return kind == RecordingKind::counter || kind == RecordingKind::up_down_counter;
}

/// One metric's counts, by the name and labels it was registered with. Threading: a value.
struct Recording {
    std::string name;  ///< full, prefix included
    Labels labels;     ///< by name
    RecordingKind kind = RecordingKind::counter;
    std::uint64_t count = 0;      ///< where `is_count(kind)`; 0 else
    HistogramSnapshot histogram;  ///< of a histogram, or of a latency in ns; as constructed else

    friend bool operator==(const Recording&, const Recording&) = default;
};

/// What registries recorded over all time, in a form that adds up: across processes, hosts and
/// resolutions. `to_bytes` makes a file of it, `sonde merge` adds files.
/// Threading: a value.
struct Recordings {
    static constexpr Format format{"RECS", 1};

    std::vector<Recording> items;  ///< by name, then labels; no two of the same

    /// Adds the other's counts to those of the same name and labels, and takes over what is new. Counters
    /// wrap as a `Counter` does; histograms add up as `BasicSnapshot::merge` says. Cost: O(both).
    /// \throws std::invalid_argument  a name and labels stand for another kind there, or histograms cannot be
    /// added; then nothing has changed
    void merge(const Recordings& other);
    /// The one of this name and these labels, in any order; null when there is none. Cost: O(items).
    [[nodiscard]] const Recording* find(std::string_view name, const Labels& labels = {}) const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  truncated, out of order, a name and labels twice, an unknown kind, a broken histogram
    [[nodiscard]] static Recordings read(ByteReader& reader, std::uint16_t version);

    friend bool operator==(const Recordings&, const Recordings&) = default;
};

}  // namespace sonde
