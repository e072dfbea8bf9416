// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csv_writer.hpp"
#include "sonde/metrics/recordings.hpp"

namespace sonde::tool {

/// A quantile to show.
struct Percentile {
    std::string name;  ///< `p99.9`
    double q = 0;      ///< 0.999
};

inline constexpr std::string_view default_percentiles = "50,90,99,99.9";

/// `50,99.9`; absent when one of them is no decimal number from 0 to 100.
[[nodiscard]] std::optional<std::vector<Percentile>> parse_percentiles(std::string_view list);

/// For people: latencies with units and four digits, the bound of the error in percent.
[[nodiscard]] std::string table_of(const Recordings& recordings, std::span<const Percentile> percentiles);

/// For programs: whole numbers, latencies in ns. \throws as ByteSink::write
void write_csv(const Recordings& recordings, std::span<const Percentile> percentiles, CsvWriter& writer);

}  // namespace sonde::tool
