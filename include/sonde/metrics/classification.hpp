// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/confusion.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde {

class Collector;

/// What a `Classification` tells apart, how fast it forgets, and what it exports.
struct ClassificationOptions {
    /// 2 .. 4096, numbered from 0; of two classes, 1 is the positive one.
    std::size_t classes = 2;
    /// After this time an observation counts half in `decayed`. 0: `decayed` is absent.
    Duration half_life{0};
    /// For export: one name per class, all different, where what is not UTF-8 becomes U+FFFD. Empty: their
    /// numbers.
    std::vector<std::string> names{};
    /// For export: a family that would have more series is left out. The confusion matrix has classes^2,
    /// the figures of single classes have classes for each length of time.
    std::size_t max_series = 2000;
};

/// What a `Classification` counted over a window.
struct ClassificationWindow : ClassCounts {
    Duration covered{0};  ///< what the window really covers
};

/// How good the answers of a classifier are, as far as labels are known: accuracy, balanced accuracy,
/// precision, recall, F1 and F-beta over all time, over the last 10 s, 1 min and 5 min, and decayed.
/// Labels that arrive late come through `LabelJoin`.
///
///     sonde::Classification quality{{.classes = 10}};
///     quality.observe(predicted, actual);                      // per request
///     quality.snapshot().f1(sonde::Average::macro);
///
/// Cost: `observe` is that of a `Counter`, from 256 classes on a relaxed atomic addition; the rest is
/// O(classes^2). Memory: 8 bytes a pair of classes, up to 255 classes for each thread, and 1 kB a class for the
/// windows.
/// Threading: thread-safe, `observe` is wait-free; `tick`, `window` and `decayed` lock each other out.
class Classification {
public:
    using Options = ClassificationOptions;
    using Snapshot = ConfusionMatrix;

    /// \throws std::invalid_argument  an option is out of its range
    explicit Classification(ClassificationOptions options = {});
    Classification(const Classification&) = delete;
    Classification& operator=(const Classification&) = delete;
    ~Classification();

    /// One answer and its label. A class that does not exist is rejected: counted, not learned.
    void observe(std::size_t predicted, std::size_t actual) noexcept {
        const bool known = predicted < classes_ && actual < classes_;
        cells_.add(known ? 1 + predicted * classes_ + actual : rejected_cell, 1);
    }

    /// All time.
    [[nodiscard]] Snapshot snapshot() const;
    [[nodiscard]] std::size_t classes() const noexcept { return classes_; }
    [[nodiscard]] std::uint64_t rejected() const noexcept { return cells_.total(rejected_cell); }

    /// Keeps what windows are made from, and lets `decayed` age. Call about once a second.
    void tick(TimePoint now);
    /// The last `length`, as `SnapshotRing` can tell; at most 5 min. Absent when idle or unknown.
    [[nodiscard]] std::optional<ClassificationWindow> window(Duration length, TimePoint now) const;

    /// All time, where an observation weighs 2^(-age / half_life); its age begins at the next tick. Absent
    /// without a half-life, and when less than a millionth of an observation is left.
    [[nodiscard]] std::optional<ClassCounts> decayed(TimePoint now) const;

    /// Adds what the other counted, as if it happened now. Classes that only `other` has are rejected.
    void merge(const Classification& other) noexcept;

    /// `x` exports the counters `x_predictions_total{actual, predicted}` (pairs that occurred) and
    /// `x_rejected_total`, and the gauges `x_accuracy_ratio{window}`, `x_balanced_accuracy_ratio{window}`,
    /// `x_precision_ratio`, `x_recall_ratio` and `x_f1_ratio{average, window}`, and of single classes
    /// `x_class_precision_ratio` and `x_class_recall_ratio{class, window}` where they are not 0/0. `window`
    /// is one of `10s`, `1m`, `5m`, `decayed`, `all`.
    void collect(Collector& out, TimePoint now) const;

private:
    struct Cold;
    static constexpr std::size_t rejected_cell = 0;

    [[nodiscard]] ClassCounts counts() const;

    std::size_t classes_;
    detail::ThreadCells cells_;  // the rejected ones, then [predicted][actual]
    Cold* cold_;
};

}  // namespace sonde
