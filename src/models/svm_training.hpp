// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/core/matrix_view.hpp"
#include "sonde/models/svm_kernel.hpp"

namespace sonde::detail {

/// The kernel matrix of training rows, a row at a time. Threading: immutable.
class SvmMatrix {
public:
    /// \param rows  copied
    SvmMatrix(SvmKernel kernel, double gamma, MatrixView rows);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Floats that `fill` writes: size(), and what completes the last panel.
    [[nodiscard]] std::size_t padded() const noexcept { return panels_.weights.size(); }
    /// k(row i, row i)
    [[nodiscard]] double diagonal(std::size_t i) const noexcept { return diagonal_[i]; }
    /// to[j] = k(row i, row j)
    void fill(std::size_t i, float* to) const noexcept;

private:
    void multiply(const float* row, float* to) const noexcept;

    SvmKernel kernel_;
    double gamma_;
    std::size_t size_, dimension_;
    std::vector<float> rows_;
    std::vector<double> diagonal_;
    RbfPanels panels_;
};

/// The rows that count, as a matrix of their own.
struct SvmRows {
    std::vector<float> values;
    std::vector<double> weights;
    std::vector<std::size_t> numbers;  // of the row in the data
    std::size_t dimension = 0;

    [[nodiscard]] MatrixView view() const noexcept { return {values.data(), numbers.size(), dimension}; }
};

/// Without the rows of weight 0.
[[nodiscard]] SvmRows rows_of_weight(MatrixView rows, std::span<const double> weights);

/// What a fit takes when no gamma is given: 1 / (the sum of the features' variances), in [1e-100, 1e100]; 1 when
/// nothing varies.
[[nodiscard]] double usual_gamma(MatrixView rows) noexcept;

/// \throws std::invalid_argument  gamma is neither 0 nor in [1e-100, 1e100], the tolerance is not in [1e-12, 1], a
///         row is too long for a linear kernel
void check_svm(std::string_view where, MatrixView rows, SvmKernel kernel, double gamma, double tolerance);

/// \param weights  one per row, or none
/// \throws std::invalid_argument  another number, one that is neither 0 nor in [1e-6, 1e6], all 0
void check_svm_weights(std::string_view where, std::span<const double> weights, std::size_t rows);

/// Of the solver when 0 is asked for.
[[nodiscard]] std::size_t iterations_of(std::size_t asked, std::size_t rows) noexcept;

/// f(x) = sum of coefficient times k(row, x), over the rows whose coefficient is not 0.
[[nodiscard]] SvmExpansion expansion_of(SvmKernel kernel, double gamma, MatrixView rows,
                                        std::span<const double> coefficients);

}  // namespace sonde::detail
