// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "console.hpp"
#include "csv_writer.hpp"
#include "detect_rows.hpp"
#include "input_file.hpp"
#include "peekable_source.hpp"
#include "sonde/core/function_ref.hpp"

namespace sonde::tool {

/// A file that is judged to standard output. Threading: single-writer.
class DetectSession {
public:
    /// \throws RunError  the file cannot be opened
    DetectSession(const std::string& file, Console& console);

    [[nodiscard]] CsvWriter& writer() noexcept { return writer_; }

    /// From the first row to the last, and tells what was seen: the last line, also when the run ends early.
    /// \param run  judges what it reads, and counts.  \returns the exit code
    /// \throws what `run` throws before there is a row
    [[nodiscard]] int judge(const DetectCounts& counts, FunctionRef<void(PeekableSource&)> run);

private:
    InputFile input_;
    OutputFile output_;
    CsvWriter writer_;
    Console& console_;
};

}  // namespace sonde::tool
