// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "columns.hpp"
#include "detect_rows.hpp"
#include "sonde/detectors/any_detector.hpp"

namespace sonde::tool {

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

    AnyDetector detector_;
    ColumnChoice choice_;
    CsvWriter& out_;
    Console& console_;
    BadRows bad_rows_;
    Columns columns_;
    DetectCounts counts_;
};

}  // namespace sonde::tool
