// SPDX-License-Identifier: Apache-2.0
#include "models/svm_training.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "models/instruction_set.hpp"
#include "models/rbf_kernel.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

double squared_length(std::span<const float> row) noexcept {
    double sum = 0;
    for (const float x : row) sum += static_cast<double>(x) * static_cast<double>(x);
    return sum;
}

}  // namespace

SvmMatrix::SvmMatrix(SvmKernel kernel, double gamma, MatrixView rows)
    : kernel_{kernel},
      gamma_{gamma},
      size_{rows.rows()},
      dimension_{rows.cols()},
      panels_{pack_rbf(rows, {}, 1, gamma)} {
    rows_.reserve(size_ * dimension_);
    diagonal_.reserve(size_);
    for (std::size_t i = 0; i < size_; ++i) {
        rows_.insert(rows_.end(), rows.row(i).begin(), rows.row(i).end());
        diagonal_.push_back(kernel == SvmKernel::rbf ? 1 : squared_length(rows.row(i)));
    }
}

void SvmMatrix::multiply(const float* row, float* to) const noexcept {
    for (std::size_t panel = 0; panel * rbf_width < padded(); ++panel) {
        double sums[rbf_width] = {};
        const SupportLanes* lanes = panels_.lanes.data() + panel * dimension_;
        for (std::size_t i = 0; i < dimension_; ++i) {
            const auto x = static_cast<double>(row[i]);
            for (std::size_t lane = 0; lane < rbf_width; ++lane)
                sums[lane] += x * static_cast<double>(lanes[i].lane[lane]);
        }
        for (std::size_t lane = 0; lane < rbf_width; ++lane)
            to[panel * rbf_width + lane] = static_cast<float>(sums[lane]);
    }
}

void SvmMatrix::fill(std::size_t i, float* to) const noexcept {
    const float* row = rows_.data() + i * dimension_;
    if (kernel_ == SvmKernel::linear) {
        multiply(row, to);
    } else if (kind_of(panels_, {row, dimension_}) == SumKind::usual) {
        rbf_values(panels_, row, to, fastest_set());
    } else {
        for (std::size_t j = 0; j < size_; ++j)
            to[j] = static_cast<float>(
                std::exp(-gamma_ * squares_between(row, rows_.data() + j * dimension_, dimension_)));
    }
}

SvmRows rows_of_weight(MatrixView rows, std::span<const double> weights) {
    SvmRows kept{{}, {}, {}, rows.cols()};
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        const double weight = weights.empty() ? 1 : weights[i];
        if (weight <= 0) continue;
        kept.values.insert(kept.values.end(), rows.row(i).begin(), rows.row(i).end());
        kept.weights.push_back(weight);
        kept.numbers.push_back(i);
    }
    return kept;
}

double usual_gamma(MatrixView rows) noexcept {
    const auto count = static_cast<double>(rows.rows());
    double variance = 0;
    for (std::size_t j = 0; j < rows.cols(); ++j) {
        double mean = 0;
        for (std::size_t i = 0; i < rows.rows(); ++i) mean += static_cast<double>(rows.row(i)[j]) / count;
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            const double difference = static_cast<double>(rows.row(i)[j]) - mean;
            variance += difference * difference / count;
        }
    }
    return variance > 0 ? std::clamp(1 / std::max(variance, 1e-100), 1e-100, 1e100) : 1;
}

void check_svm(std::string_view where, MatrixView rows, SvmKernel kernel, double gamma, double tolerance) {
    if (!is_finite(gamma) || gamma < 0 || gamma > 1e100 || (gamma > 0 && gamma < 1e-100))
        fail(where, "gamma", gamma, "0 or in [1e-100, 1e100]");
    if (!is_finite(tolerance) || tolerance < 1e-12 || tolerance > 1)
        fail(where, "tolerance", tolerance, "in [1e-12, 1]");
    if (kernel != SvmKernel::linear) return;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        if (const double squares = squared_length(rows.row(i)); squares > 1e30)
            fail(where, "squared length of row " + std::to_string(i), squares,
                 "at most 1e30 for a linear kernel");
}

void check_svm_weights(std::string_view where, std::span<const double> weights, std::size_t rows) {
    check_weights(where, weights, rows);
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] > 1e6 || (weights[i] > 0 && weights[i] < 1e-6))
            fail(where, "weight " + std::to_string(i), weights[i], "0 or in [1e-6, 1e6]");
}

std::size_t iterations_of(std::size_t asked, std::size_t rows) noexcept {
    return asked > 0 ? asked : std::max<std::size_t>(10'000'000, 100 * rows);
}

SvmExpansion expansion_of(SvmKernel kernel, double gamma, MatrixView rows,
                          std::span<const double> coefficients) {
    const std::size_t d = rows.cols();
    std::vector<float> vectors;
    std::vector<double> kept, weights(d);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (std::fabs(coefficients[i]) <= 0) continue;
        if (kernel == SvmKernel::linear) {
            for (std::size_t j = 0; j < d; ++j)
                weights[j] += coefficients[i] * static_cast<double>(rows.row(i)[j]);
        } else {
            vectors.insert(vectors.end(), rows.row(i).begin(), rows.row(i).end());
            kept.push_back(coefficients[i]);
        }
    }
    if (kernel == SvmKernel::linear) return SvmExpansion::linear(weights);
    return SvmExpansion::rbf(gamma, {vectors.data(), kept.size(), d}, kept);
}

}  // namespace sonde::detail
