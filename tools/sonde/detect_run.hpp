// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "columns.hpp"
#include "console.hpp"
#include "csv_reader.hpp"
#include "csv_writer.hpp"
#include "number.hpp"
#include "sonde/detectors/any_detector.hpp"

namespace sonde::tool {

/// Bad rows that are reported one by one; the rest is only counted.
inline constexpr std::uint64_t reported_bad_rows = 20;

/// What a run saw.
struct DetectCounts {
    std::uint64_t rows = 0, anomalous = 0, warming_up = 0, bad = 0;
};

/// `4032 rows: 27 anomalous, 3 bad, 50 warming up`
[[nodiscard]] std::string summary_of(const DetectCounts& counts);

/// A stream through a detector: rows in, verdicts out, a row for a row.
/// Threading: single-writer.
class DetectRun {
public:
    /// \param strict  the first bad row ends the run
    DetectRun(AnyDetector detector, ColumnChoice choice, bool strict, CsvWriter& out, Console& console);

    /// Judges every row of `reader` and writes `row,timestamp,value,score,level,verdict`.
    /// \throws UsageError  a column that is not there
    /// \throws RunError    reading or writing fails, or strict and a row is bad; what came before is written
    /// \throws OutputClosed  as ByteSink::write
    void run(CsvReader& reader);

    [[nodiscard]] const DetectCounts& counts() const noexcept { return counts_; }

private:
    void judge(const CsvRecord& record);
    [[nodiscard]] std::string problem_of(const CsvRecord& record, NumberFault fault) const;
    void write_row(const CsvRecord& record, const std::optional<Verdict>& verdict);
    void report(const CsvRecord& record, const std::string& problem);

    AnyDetector detector_;
    ColumnChoice choice_;
    bool strict_;
    CsvWriter& out_;
    Console& console_;
    Columns columns_;
    DetectCounts counts_;
};

}  // namespace sonde::tool
