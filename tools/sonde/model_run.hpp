// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "detect_rows.hpp"
#include "row_source.hpp"
#include "sonde/detectors/any_detector.hpp"
#include "sonde/models/any_model.hpp"
#include "sonde/models/forecast/calibrated_detector.hpp"
#include "training.hpp"

namespace sonde::tool {

/// A detector of so many columns.
struct RowDetector {
    RowDetector(AnyModelDetector model) : dimension{model.scorer().dimension()}, detector{std::move(model)} {}
    RowDetector(RecurrentDetector model)
        : dimension{model.scorer().dimension()}, learns{true}, detector{std::move(model)} {}

    std::size_t dimension;
    bool learns = false;  ///< what it says of a row depends on those before
    AnyDetector detector;
};

/// How a model comes to a run: it is there, or it is fitted to the first rows.
struct ModelSource {
    std::optional<RowDetector> detector;
    std::uint64_t train = 0;  ///< without a detector: how many rows are for training, bad ones included
    bool labelled = false;    ///< their labels are needed
    std::function<RowDetector(const TrainingRows&)> fit;
};

/// A table through a model: rows in, verdicts out, a row for a row. Threading: single-writer.
class ModelRun {
public:
    /// \param strict  the first bad row ends the run
    ModelRun(ModelSource source, bool strict, CsvWriter& out, Console& console);

    /// Judges every row behind those for training and writes `row,timestamp,feature,score,level,verdict`.
    /// \throws UsageError  a column that is not there, another number of columns than the model has, fewer rows
    ///                     than are for training
    /// \throws RunError    as `DetectRun::run`.  \throws OutputClosed  as ByteSink::write.  \throws what fit throws
    void run(RowSource& rows);

    [[nodiscard]] const DetectCounts& counts() const noexcept { return counts_; }

private:
    void take(RowSource& rows);
    void announce(const RowSource& rows);
    [[nodiscard]] Verdict judge(const Row& row);
    void learn(const RowSource& rows, bool usable);
    [[nodiscard]] std::string_view blamed(const RowSource& rows);

    ModelSource source_;
    CsvWriter& out_;
    Console& console_;
    BadRows bad_rows_;
    bool announced_ = false;
    TrainingRows training_;
    std::vector<double> shares_;
    DetectCounts counts_;
};

}  // namespace sonde::tool
