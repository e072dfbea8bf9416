// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"

namespace sonde::detail {

enum class InstructionSet : std::uint8_t;
struct QuadraticTask;

/// A distance |A y| of a row x, where y = (x - centre) / scale feature by feature.
struct LinearMap {
    std::vector<double> centre, scale;  ///< one per feature
    std::vector<double> matrix;  ///< A, row after row: of row i the first d - outputs + i + 1 elements; the
                                 ///< others are 0, which takes but a rotation that no distance feels
    std::size_t outputs = 0;     ///< rows of A, at most d, the number of features
    double usual = 1;            ///< a distance of usual rows, those with |y_j| about 1
};

/// Scores, batches and attribution of a `LinearMap`: what models of covariance have in common.
///
/// Scored in `float`, each output an FMA chain of its own, unless rounding could be felt: with u = 2^-24, d
/// features and |A| the root of A's sum of squares, the error of a distance is at most (d + 8) u |A| |y| (Higham,
/// Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1), and of usual rows about u |A| sqrt(d), as
/// rounding errors mostly cancel (Higham, Mary, SIAM J. Sci. Comput. 41, 2019). Where that is more than 2^-15 of
/// the usual distance, and for rows beyond 1e15, it is scored in `double`.
/// Threading: immutable.
class QuadraticForm {
public:
    static constexpr std::size_t max_dimension = 2048;
    static constexpr double largest = 1e18;

    QuadraticForm() = default;
    explicit QuadraticForm(LinearMap map);

    [[nodiscard]] Score score(const Row& row) const noexcept;
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Shares of at least 0 that sum to the score, in proportion to what the square falls by when the feature is
    /// free to be anything: (A^T A y)_j^2 / (A^T A)_jj.
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    /// `score_batch` with other instructions, which this machine has; `scalar` is double throughout.
    void score_batch(MatrixView rows, std::span<Score> out, InstructionSet set) const noexcept;

    [[nodiscard]] const LinearMap& map() const noexcept { return map_; }
    [[nodiscard]] std::size_t dimension() const noexcept { return map_.centre.size(); }
    [[nodiscard]] bool in_double() const noexcept { return panels_.empty(); }

private:
    [[nodiscard]] bool fits_float() const noexcept;
    void pack();
    [[nodiscard]] QuadraticTask task() const noexcept;
    [[nodiscard]] Score exact(const Row& row) const noexcept;
    void judge(float distance, const Row& row, Score& score) const noexcept;

    LinearMap map_;
    std::vector<double> diagonal_;             // of A^T A
    std::vector<float> high_, low_, inverse_;  // centre = high + low, 1 / scale
    std::vector<float> panels_;                // see QuadraticTask; empty: in double
};

}  // namespace sonde::detail
