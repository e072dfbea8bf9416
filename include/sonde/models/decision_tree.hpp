// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/class_threshold.hpp"
#include "sonde/models/class_trees.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// What the fit of a `DecisionTreeModel` or `RandomForestModel` came to.
struct ClassTreesFit {
    /// One per feature, at least 0, summing to 1: by how much the splits by it lowered the impurity, weighted by the
    /// rows that they split, averaged over the trees (Breiman et al. 1984, section 5.3). All 0 without a split.
    std::vector<double> importances{};
    ScoreCalibration calibration{};  ///< of the scores of the rows of class 0
};

/// A node of a decision tree, for a look at it.
struct DecisionTreeNode {
    std::size_t feature;  ///< of a leaf 0
    float threshold;      ///< of a leaf 0
    /// Where its children are: rows with row[feature] <= threshold go to the left. Of a leaf both 0.
    std::size_t left, right;
    double score;  ///< the share of the training rows, by weight, that are not of class 0
};

/// The share of anomalies among the training rows that fell into the same leaf of a decision tree.
///
/// Breiman, Friedman, Olshen, Stone: Classification and regression trees, 1984, chapters 2 and 4. Class 0 is what is
/// normal. The score is 1 - P(class 0), in [0, 1], P being shares of the training rows in the leaf, by weight:
/// with two classes the probability of an anomaly, scikit-learn's `predict_proba(row)[1]` to rounding in float.
/// Scales and offsets of the features do not matter.
/// Cost: a score is O(depth), no allocation. Threading: immutable.
class DecisionTreeModel {
public:
    using Input = Row;
    static constexpr Format format{"DTRE", 1};

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

    /// Which features made the score: shares of at least 0 that sum to it.
    ///
    /// Each split on the row's way changes the score from that of the parent, as a leaf, to that of the child; the
    /// change is credited to the feature of the split (Saabas: Interpreting random forests, 2014; Palczewska et
    /// al.: Interpreting random forest models using a feature contribution method, IRI 2013). The changes sum to the
    /// score less that of the root, the share of anomalies in all rows, which belongs to no feature: the whole
    /// score is shared in proportion to what the features raised it by, those that lowered it getting 0. Where
    /// none raised it: equal shares.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept {
        return trees_.attribute(row, shares);
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return trees_.dimension(); }
    [[nodiscard]] std::size_t classes() const noexcept { return trees_.classes(); }
    /// Splits from the root to the farthest leaf.
    [[nodiscard]] std::size_t depth() const noexcept { return trees_.nodes().trees()[0].depth; }
    [[nodiscard]] std::size_t leaves() const noexcept { return (size() + 1) / 2; }
    /// Nodes, leaves and others.
    [[nodiscard]] std::size_t size() const noexcept { return trees_.nodes().nodes().size(); }
    /// Node `i`, below size(); unchecked. The root is 0, children come after their parent.
    [[nodiscard]] DecisionTreeNode node(std::size_t i) const noexcept;
    /// One per feature; see `ClassTreesFit`.
    [[nodiscard]] std::span<const double> importances() const noexcept { return fit_.importances; }

    /// Of the training rows of class 0, each scored by the other rows in its leaf or, where there is none, in the
    /// node above it. Still flattering: the splits were chosen knowing the row. Knows nothing without class 0.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return fit_.calibration; }
    /// At least 0.5, so that what is called anomalous is more likely an anomaly than not (by the weights of the
    /// fit); higher where more than 1 % of the calibration's scores exceed 0.5; always below 1, so that a row that is
    /// certainly an anomaly is called one.
    [[nodiscard]] double default_threshold() const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static DecisionTreeModel read(ByteReader& reader, std::uint16_t version);

    /// For `fit_decision_tree`: of one tree. \throws std::invalid_argument  importances that are not one per feature
    DecisionTreeModel(detail::ClassTrees tree, ClassTreesFit fit);

private:
    detail::ClassTrees trees_;
    ClassTreesFit fit_;
};

/// Judges rows by the share of anomalies in their leaf. By default calls anomalous what is more likely an anomaly
/// than not; where trees are less sure, rows that at most 1 % of the normal training rows exceed.
using DecisionTreeDetector = StreamingDetector<DecisionTreeModel, FixedThreshold>;

namespace detail {
/// What a decision tree and a random forest share: the fit in a file.
void write_fit(ByteWriter& writer, const ClassTreesFit& fit);
[[nodiscard]] ClassTreesFit read_fit(ByteReader& reader);
void check_fit(std::string_view where, const ClassTreesFit& fit, std::size_t dimension);
}  // namespace detail

}  // namespace sonde
