// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <span>

#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"

namespace sonde {

// clang-format 14 does not know `{ expression } noexcept -> constraint`.
// clang-format off

/// A feature vector. Valid during the call.
using Row = std::span<const float>;

/// Takes observations on the request path: never throws, blocks or allocates.
template <class T, class... In>
concept Observer = requires(T& t, const In&... in) {
    { t.observe(in...) } noexcept;
};

/// What is recorded per request: `observe` counts, `snapshot` is the plain value that exporters see,
/// `merge` leaves what one instance would hold that saw both streams; values of now (gauge, utilization) add.
template <class T>
concept Metric = requires(T& t, const T& other) {
    typename T::Snapshot;
    { other.snapshot() } -> std::same_as<typename T::Snapshot>;
    { t.merge(other) } noexcept;
};

/// Judges without changing: the same input gives the same score twice.
template <class T>
concept Scorer = requires(const T& t, const typename T::Input& in) {
    { t.score(in) } noexcept -> std::same_as<Score>;
};

/// A scorer that gets to know the stream as it goes.
template <class T>
concept Learner = Scorer<T> && requires(T& t, const typename T::Input& in) {
    { t.learn(in) } noexcept;
};

/// A scorer that takes many rows at once; equals `score` row by row.
template <class T>
concept BatchScorer = Scorer<T> && requires(const T& t, MatrixView rows, std::span<Score> out) {
    { t.score_batch(rows, out) } noexcept;
};

/// Says when a score is an anomaly.
template <class T>
concept Threshold = requires(T& t, const T& c, Score score) {
    { c.judge(score) } noexcept -> std::same_as<Verdict>;
    { t.learn(score) } noexcept;
};

/// Judges first, learns after.
template <class T>
concept Detector = Scorer<T> && requires(T& t, const typename T::Input& in) {
    { t.observe(in) } noexcept -> std::same_as<Verdict>;
};

/// A detector of rows: every row of a batch is judged with the state from before the batch, then the
/// rows are learned in order.
template <class T>
concept BatchDetector = Detector<T> && requires(T& t, MatrixView rows, std::span<Verdict> out) {
    { t.observe_batch(rows, out) } noexcept;
};

/// Says which features made the score: shares of at least 0 that sum to it.
template <class T>
concept Explainer = requires(const T& t, const typename T::Input& in, std::span<double> shares) {
    { t.attribute(in, shares) } -> std::same_as<Score>;
};

// clang-format on

}  // namespace sonde
