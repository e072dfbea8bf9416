// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/tree_nodes.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// A tree that another program fitted, in the arrays of scikit-learn's `estimator.tree_`: all of one length, node 0
/// the root, children after their parent. A row goes to the left where row[feature] <= threshold.
struct IsolationTree {
    std::vector<std::int64_t> children_left, children_right;  ///< -1: a leaf
    std::vector<std::int64_t> feature;                        ///< of a leaf anything
    std::vector<double> threshold;                            ///< of a leaf anything
    std::vector<std::int64_t> n_node_samples;                 ///< at least 1
};

/// How few random splits set a row apart from the rest: an isolation forest.
///
/// Liu, Ting, Zhou: Isolation forest, ICDM 2008, sections 2 to 4: the score is 2^(-E[h] / c(psi)), where h is the
/// number of splits on the row's way to its leaf plus c(rows in the leaf), E its mean over the trees, psi the rows
/// that each tree was grown from and c(n) = 2 (ln(n - 1) + 0.5772) - 2 (n - 1) / n the path length to expect among
/// n rows; c(2) = 1, c(1) = 0. scikit-learn's `score_samples` is its negative.
///
/// Scores are in [0, 1]: near 1 is an anomaly, 0.5 and less is ordinary, and 0.5 all that trees without a split say.
/// Scales and offsets of the features do not matter.
/// Cost: a score is O(trees x log psi), no allocation. Threading: immutable.
class IsolationForestModel {
public:
    using Input = Row;
    static constexpr Format format{"ISOF", 1};
    static constexpr std::size_t max_trees = std::size_t{1} << 20, max_sample_size = std::size_t{1} << 30;

    /// From trees that were grown elsewhere; `fit_isolation_forest` grows them.
    /// \param dimension    of the rows, in [1, 2^20]
    /// \param sample_size  rows that each tree was grown from, scikit-learn's `max_samples_`; in [1, 2^30]
    /// \param calibration  of the scores of usual rows
    /// \throws std::invalid_argument  no tree, more than 2^20, arrays of different lengths or that are no tree, a
    ///         feature beyond the dimension, a threshold that is not finite, a node without rows, an argument
    ///         outside its range
    IsolationForestModel(std::span<const IsolationTree> trees, std::size_t dimension, std::size_t sample_size,
                         ScoreCalibration calibration = {});

    /// The paper's score. bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;

    /// Which features made the score: shares of at least 0 that sum to it.
    ///
    /// A split changes the path length to expect of the row, depth + c(rows in the node), from that of the parent
    /// to that of the child; over a tree these changes sum to c(psi) - h. Each is credited to the feature of its
    /// split (Saabas: Interpreting random forests, 2014; Palczewska et al.: Interpreting random forest models
    /// using a feature contribution method, IRI 2013), and the score is shared in proportion to what the
    /// features shortened the path by, those that lengthened it getting 0. Where none shortened it: equal shares.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t dimension() const noexcept { return nodes_.dimension(); }
    [[nodiscard]] std::size_t trees() const noexcept { return nodes_.trees().size(); }
    /// Rows that each tree was grown from.
    [[nodiscard]] std::size_t sample_size() const noexcept { return sample_size_; }

    /// Of the training rows, which the trees were grown from.
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return calibration_; }
    /// What 1 % of the training rows exceed. \throws std::invalid_argument  not calibrated
    [[nodiscard]] double default_threshold() const { return calibration_.threshold(); }
    /// The same forest, calibrated: for trees from elsewhere, whose scores of usual rows are known later.
    [[nodiscard]] IsolationForestModel calibrated(ScoreCalibration calibration) const;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a model
    [[nodiscard]] static IsolationForestModel read(ByteReader& reader, std::uint16_t version);

    /// For `fit_isolation_forest`: the value of a node is depth + c(rows in the node).
    IsolationForestModel(detail::TreeNodes nodes, std::size_t sample_size, ScoreCalibration calibration);

private:
    [[nodiscard]] bool usable(const Row& row) const noexcept;
    [[nodiscard]] Score score_of(double path_lengths) const noexcept;

    detail::TreeNodes nodes_;
    std::size_t sample_size_;
    double scale_;  // derived: the score is 2^(scale_ x sum of path lengths)
    ScoreCalibration calibration_;
};

/// By default calls as many rows anomalous as exceed the scores of 99 % of the training rows.
using IsolationForestDetector = StreamingDetector<IsolationForestModel, FixedThreshold>;

}  // namespace sonde
