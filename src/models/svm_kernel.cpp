// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/svm_kernel.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/instruction_set.hpp"
#include "models/rbf_kernel.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

using detail::KernelSum;
using detail::SumKind;

constexpr std::string_view where = "SvmExpansion";
constexpr double largest_number = 1e100, least_number = 1e-100;
constexpr std::size_t rows_at_once = 64;

double inner_product(std::span<const double> weights, const float* row) noexcept {
    double sums[4] = {0, 0, 0, 0};
    std::size_t i = 0;
    for (; i + 4 <= weights.size(); i += 4)
        for (std::size_t lane = 0; lane < 4; ++lane)
            sums[lane] += weights[i + lane] * static_cast<double>(row[i + lane]);
    for (; i < weights.size(); ++i) sums[0] += weights[i] * static_cast<double>(row[i]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void check(MatrixView vectors, std::span<const double> coefficients) {
    const auto count = static_cast<double>(vectors.rows());
    if (vectors.rows() < 1 || vectors.rows() > SvmExpansion::max_vectors)
        fail(where, "number of support vectors", count, "in [1, 67108864]");
    if (vectors.cols() < 1 || vectors.cols() > SvmExpansion::max_dimension)
        fail(where, "dimension", static_cast<double>(vectors.cols()), "in [1, 1048576]");
    if (coefficients.size() != vectors.rows())
        fail(where, "number of coefficients", static_cast<double>(coefficients.size()),
             "one per support vector");
    for (std::size_t i = 0; i < vectors.rows(); ++i) {
        if (!all_finite(vectors.row(i)))
            fail(where, "support vector " + std::to_string(i), "not finite", "finite in every feature");
        const double size = std::fabs(coefficients[i]);
        if (!is_finite(coefficients[i]) || size > largest_number || (size > 0 && size < least_number))
            fail(where, "coefficient " + std::to_string(i), coefficients[i],
                 "0 or of a magnitude in [1e-100, 1e100]");
    }
}

}  // namespace

SvmExpansion SvmExpansion::rbf(double gamma, MatrixView vectors, std::span<const double> coefficients) {
    check(vectors, coefficients);
    if (!is_finite(gamma) || gamma < least_number || gamma > largest_number)
        fail(where, "gamma", gamma, "in [1e-100, 1e100]");
    SvmExpansion made;
    made.dimension_ = vectors.cols();
    made.gamma_ = gamma;
    made.vectors_.reserve(vectors.rows() * vectors.cols());
    for (std::size_t i = 0; i < vectors.rows(); ++i)
        made.vectors_.insert(made.vectors_.end(), vectors.row(i).begin(), vectors.row(i).end());
    made.coefficients_.assign(coefficients.begin(), coefficients.end());
    made.reach_ = 0;
    for (const double coefficient : coefficients) made.reach_ += std::fabs(coefficient);
    if (made.reach_ <= 0) fail(where, "largest coefficient", 0, "another number");
    made.panels_ = detail::pack_rbf(made.vectors(), coefficients, made.reach_, gamma);
    return made;
}

SvmExpansion SvmExpansion::linear(std::span<const double> weights) {
    if (weights.empty() || weights.size() > max_dimension)
        fail(where, "dimension", static_cast<double>(weights.size()), "in [1, 1048576]");
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (!is_finite(weights[i]) || std::fabs(weights[i]) > largest_number)
            fail(where, "weight " + std::to_string(i), weights[i], "of a magnitude of at most 1e100");
    SvmExpansion made;
    made.dimension_ = weights.size();
    made.weights_.assign(weights.begin(), weights.end());
    return made;
}

double SvmExpansion::value(const Row& row) const noexcept {
    if (row.size() != dimension_ || !all_finite(row)) return 0;
    if (kernel() == SvmKernel::linear) return inner_product(weights_, row.data());
    double sum = 0;
    for (std::size_t i = 0; i < coefficients_.size(); ++i)
        sum += coefficients_[i] *
               std::exp(-gamma_ * detail::squares_between(row.data(), vectors().row(i).data(), dimension_));
    return sum;
}

void SvmExpansion::evaluate(MatrixView rows, std::span<KernelSum> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    const auto set = detail::fastest_set();
    const float* usual[rows_at_once];
    std::size_t places[rows_at_once];
    double sums[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        std::size_t found = 0;
        for (std::size_t i = first; i < std::min(count, first + rows_at_once); ++i) {
            const Row row = rows.row(i);
            if (kernel() == SvmKernel::linear) {
                const bool good = row.size() == dimension_ && all_finite(row);
                out[i] = {good ? value(row) : 0, good ? SumKind::in_double : SumKind::bad_input};
                continue;
            }
            out[i] = {0, detail::kind_of(panels_, row)};
            if (out[i].kind == SumKind::in_double) out[i].value = value(row) / reach_;
            if (out[i].kind != SumKind::usual) continue;
            usual[found] = row.data();
            places[found++] = i;
        }
        if (found > 0) detail::rbf_sums(panels_, usual, found, sums, set);
        for (std::size_t i = 0; i < found; ++i) out[places[i]].value = sums[i];
    }
}

void SvmExpansion::write(ByteWriter& writer) const {
    writer.u8(static_cast<std::uint8_t>(kernel()));
    writer.f64(gamma_);
    writer.f32s(vectors_);
    writer.f64s(kernel() == SvmKernel::rbf ? coefficients_ : weights_);
}

SvmExpansion SvmExpansion::read(ByteReader& reader, std::uint16_t) try {
    const bool is_linear = reader.choice(1) == 1;
    const double gamma = reader.f64();
    const std::vector<float> vectors = reader.f32s();
    const std::vector<double> numbers = reader.f64s();
    if (is_linear) {
        if (!vectors.empty()) fail_format(where, "a linear one with support vectors");
        return linear(numbers);
    }
    if (numbers.empty() || vectors.size() % numbers.size() != 0)
        fail_format(where, "another number of values");
    return rbf(gamma, {vectors.data(), numbers.size(), vectors.size() / numbers.size()}, numbers);
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
