// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/class_trees.hpp"
#include "sonde/models/decision_tree.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// The share of anomalies in the leaves that a row falls into, averaged over trees that each saw other rows and
/// features: a random forest.
///
/// Breiman: Random forests, Machine Learning 45, 2001; averaging shares instead of counting votes as scikit-learn's
/// `RandomForestClassifier` does. Class 0 is what is normal. The score is 1 - P(class 0), in [0, 1]: with two classes
/// the probability of an anomaly. Scales and offsets of the features do not matter.
/// Cost: a score is O(trees x depth), no allocation. Threading: immutable.
class RandomForestModel {
public:
    using Input = Row;
    static constexpr Format format{"RFOR", 1};
    static constexpr std::size_t max_trees = detail::ClassTrees::max_trees;

    /// 1 - P(class 0). bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept { return trees_.score(row); }
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept { trees_.score_batch(rows, out); }
    /// P(class), one per class, summing to 1.
    /// \param out  zeros when the score is not usable
    /// \returns    the score; bad_input also when `out` does not have classes() elements
    Score probabilities(const Row& row, std::span<double> out) const noexcept {
        return trees_.probabilities(row, out);
    }
    /// The class with the highest probability, the first of equals; none for what `score` calls bad_input.
    [[nodiscard]] std::optional<std::size_t> predict(const Row& row) const noexcept {
        return trees_.predict(row);
    }

    /// Which features made the score: shares of at least 0 that sum to it. As of a `DecisionTreeModel`, the changes of
    /// the score along the row's ways being summed over the trees.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept {
        return trees_.attribute(row, shares);
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return trees_.dimension(); }
    [[nodiscard]] std::size_t classes() const noexcept { return trees_.classes(); }
    [[nodiscard]] std::size_t trees() const noexcept { return trees_.trees(); }
    /// One per feature; see `ClassTreesFit`.
    [[nodiscard]] std::span<const double> importances() const noexcept { return fit_.importances; }

    /// Of the training rows of class 0, each scored by the trees that were grown without it (out of bag; Breiman,
    /// section 3.1), so as rows are that the forest has not seen. Knows nothing without class 0.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// At least 0.5, so that what is called anomalous is more likely an anomaly than not (by the weights of the
    /// fit); higher where more than 1 % of the calibration's scores exceed 0.5; always below 1, so that a row that is
    /// certainly an anomaly is called one.
    [[nodiscard]] double default_threshold() const { return detail::class_threshold(fit_.calibration); }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static RandomForestModel read(ByteReader& reader, std::uint16_t version);

    /// For `fit_random_forest`. \throws std::invalid_argument  no tree, importances that are not one per feature
    RandomForestModel(detail::ClassTrees trees, ClassTreesFit fit);

private:
    detail::ClassTrees trees_;
    ClassTreesFit fit_;
};

/// Judges rows by a random forest. By default calls anomalous what is more likely an anomaly than not, and of unseen
/// normal rows at most 1 %, as far as the training rows that each tree left out can tell.
using RandomForestDetector = StreamingDetector<RandomForestModel, FixedThreshold>;

}  // namespace sonde
