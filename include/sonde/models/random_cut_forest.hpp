// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/models/cut_tree.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde {

/// How a `RandomCutForest` learns. trees times sample_size times dimension is at most 2^26.
struct RandomCutForestOptions {
    std::size_t dimension = 0;      ///< features of a row, in [1, 2^20]; must be set
    std::size_t trees = 40;         ///< in [1, 1024]; more make the scores less random
    std::size_t sample_size = 256;  ///< rows that each tree keeps, in [2, 65536]
    std::uint64_t warm_up = 256;    ///< rows to learn before the first score, at least 2
    /// Rows after which an old one is kept half as likely as a new one, at least 1; 0: all alike.
    double half_life = 2000;
    std::uint64_t seed = 1;
};

/// How many rows a row pushes aside in trees that are cut at random through samples of the stream: a random cut
/// forest (Guha, Mishra, Roy, Schrijvers: Robust random cut forest based anomaly detection on streams, ICML 2016).
///
/// The score is the mean over the trees of E[CoDisp] / (rows in the tree). CoDisp is by how much the depths of all
/// other rows fall, per row taken out, when the row goes, or the group around it for which this is the most: the
/// largest (rows in the sibling) / (rows in the node) on its way. The paper puts the row in at random to measure it;
/// here the expectation over where it would land is computed, which leaves the trees alone and has no noise: at a
/// node it is cut off with probability outside / (outside + sides), where outside sums over the features how far it
/// lies outside of the node's box, and sides the box's sides. In [0, 1]: 1 for a row that every tree cuts off at its
/// root, a few hundredths for an ordinary one, 0 for one like all others.
///
/// Units do not matter: lengths are in units of the feature's range, the median over the trees in whose sample it
/// varies; where it varies in none, in units of 1e-6 of its value, so that nearly any change of it scores near 1.
/// Samples are uniform, or with a half-life fade (Efraimidis, Spirakis: Weighted random sampling with a reservoir,
/// Information Processing Letters 97, 2006, with weights that double each half-life).
///
/// Cost: score O(trees x depth x dimension), learn as much for each tree that takes the row; depths are some
/// log2(sample_size), and below sample_size whatever comes. No allocation after construction. Memory: about 12 bytes
/// per tree, row and feature, and 64 per tree and row. Threading: single-writer.
class RandomCutForest {
public:
    using Input = Row;
    using Options = RandomCutForestOptions;
    static constexpr Format format{"RCFO", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit RandomCutForest(const RandomCutForestOptions& options);

    /// warming_up before `warm_up` rows are learned; bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// `score` row by row, to the bit, into the first rows.rows() elements of `out` (fewer if it is shorter).
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Takes a row of finite values in; any other is ignored.
    void learn(const Row& row) noexcept;

    /// Which features made the score: shares of at least 0 that sum to it.
    ///
    /// What a cut is worth is credited to the features in proportion to how far the row lies outside of the box in
    /// each: with that probability the cut is in this feature. Where a cut that is there already displaces more,
    /// its feature has the credit.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t dimension() const noexcept { return options_.dimension; }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    [[nodiscard]] const RandomCutForestOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a forest
    [[nodiscard]] static RandomCutForest read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] Status status_of(const Row& row) const noexcept;
    void refresh_weight(std::size_t feature, std::size_t trees) noexcept;
    void refresh_weights() noexcept;

    RandomCutForestOptions options_;
    double fading_;  // derived: by how much a key of the sample sinks per row
    double part_;    // derived: 1 / trees; to divide would round differently in a loop under -ffast-math
    std::uint64_t learned_ = 0;
    Rng rng_;
    std::vector<detail::CutTree> trees_;
    std::vector<double> weights_;  // per feature 1 / range
    std::vector<double> ranges_;   // workspace: one per tree
};

/// Judges rows by a random cut forest: `RandomCutForestDetector{{.dimension = 8}}`. Of a steady stream about 0.1 % of
/// the rows are called anomalous, from the 1,000th after the warm-up on.
using RandomCutForestDetector = StreamingDetector<RandomCutForest, QuantileThreshold>;

}  // namespace sonde
