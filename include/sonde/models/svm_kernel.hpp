// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"

namespace sonde {

/// How a support vector machine compares two rows.
enum class SvmKernel : std::uint8_t {
    rbf,     ///< exp(-gamma |x - y|^2): 1 for equal rows, falling with the distance
    linear,  ///< the inner product of x and y
};

namespace detail {
/// One feature of 16 support vectors, side by side: what a vector instruction takes at once.
struct alignas(64) SupportLanes {
    float lane[16];
};

/// Support vectors as the kernels want them.
struct RbfPanels {
    std::vector<SupportLanes> lanes;  // panels of 16 vectors, feature after feature
    std::vector<float>
        weights;  // one per lane: coefficient / the sum of all magnitudes; 0 past the last vector
    std::size_t dimension = 0;
    float rate = 0;                 // -gamma / log(2)
    std::int32_t largest_bits = 0;  // rows with a greater magnitude, as bits, need double; negative: all do
};

/// Why a sum over support vectors is what it is.
enum class SumKind : std::uint8_t { usual, in_double, bad_input };
struct KernelSum {
    double value = 0;  // of coefficients divided by `reach()`
    SumKind kind = SumKind::bad_input;
};
}  // namespace detail

/// What a support vector machine has learned: f(x) = sum over the support vectors of coefficient times
/// k(vector, x). Of a linear one only the sum of its vectors is kept.
///
/// Threading: immutable.
class SvmExpansion {
public:
    static constexpr Format format{"SVMX", 1};
    static constexpr std::size_t max_dimension = std::size_t{1} << 20, max_vectors = std::size_t{1} << 26;

    /// \param gamma         in [1e-100, 1e100]
    /// \param vectors       a row each, finite, copied
    /// \param coefficients  one per vector: 0 or a magnitude in [1e-100, 1e100], not all 0
    /// \throws std::invalid_argument  something else
    [[nodiscard]] static SvmExpansion rbf(double gamma, MatrixView vectors,
                                          std::span<const double> coefficients);
    /// \param weights  one per feature, finite, of a magnitude of at most 1e100: f(x) = sum of weight times feature
    /// \throws std::invalid_argument  something else
    [[nodiscard]] static SvmExpansion linear(std::span<const double> weights);

    [[nodiscard]] SvmKernel kernel() const noexcept {
        return weights_.empty() ? SvmKernel::rbf : SvmKernel::linear;
    }
    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    /// 0 when linear.
    [[nodiscard]] double gamma() const noexcept { return gamma_; }
    /// The support vectors, a row each; none when linear. Valid as long as this object.
    [[nodiscard]] MatrixView vectors() const noexcept {
        return {vectors_.data(), coefficients_.size(), dimension_};
    }
    /// One per support vector.
    [[nodiscard]] std::span<const double> coefficients() const noexcept { return coefficients_; }
    /// One per feature when linear.
    [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }
    /// The sum of the coefficients' magnitudes; 1 when linear.
    [[nodiscard]] double reach() const noexcept { return reach_; }

    /// f(x) in double. Of a row of another dimension or that is not finite: 0.
    [[nodiscard]] double value(const Row& row) const noexcept;

    /// f(x) / reach() of each row by the fastest instructions. RBF: distances and exponentials in float; a row whose
    /// squares float could not hold takes double. The exponent of each term is off by (dimension + 4) 2^-24 of itself
    /// at most, the term by 2e-7, their sum by 70 x 2^-24 of the sum of their magnitudes.
    void evaluate(MatrixView rows, std::span<detail::KernelSum> out) const noexcept;

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not an expansion
    [[nodiscard]] static SvmExpansion read(ByteReader& reader, std::uint16_t version);

private:
    SvmExpansion() = default;

    std::size_t dimension_ = 0;
    double gamma_ = 0, reach_ = 1;
    std::vector<float> vectors_;  // row-major
    std::vector<double> coefficients_, weights_;
    detail::RbfPanels panels_;  // derived
};

}  // namespace sonde
