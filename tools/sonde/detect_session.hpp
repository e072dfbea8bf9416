// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "console.hpp"
#include "csv_reader.hpp"
#include "csv_writer.hpp"
#include "detect_rows.hpp"
#include "input_file.hpp"
#include "sonde/core/function_ref.hpp"

namespace sonde::tool {

/// A file that is judged to standard output. Threading: single-writer.
class DetectSession {
public:
    /// \throws RunError  the file cannot be opened
    DetectSession(const std::string& file, Console& console);

    [[nodiscard]] CsvWriter& writer() noexcept { return writer_; }

    /// From the first row to the last, and tells what was seen: the last line, also when the run ends early.
    /// \param run  a DetectRun, a ModelRun.  \returns the exit code.  \throws what `run` throws before there is a row
    template <class Run>
    [[nodiscard]] int judge(Run& run) {
        const auto all = [&](CsvReader& reader) { run.run(reader); };
        return judge_all(run.counts(), all);
    }

private:
    [[nodiscard]] int judge_all(const DetectCounts& counts, FunctionRef<void(CsvReader&)> run);

    InputFile input_;
    OutputFile output_;
    CsvWriter writer_;
    Console& console_;
};

}  // namespace sonde::tool
