// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/one_class_svm.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/rbf_kernel.hpp"
#include "models/svm_scores.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

using detail::KernelSum;
using detail::SumKind;

constexpr std::string_view where = "OneClassSvmModel";
constexpr double largest_score = 1e18, largest_rho = 1e150;
constexpr double least_sure = 0x1p-60;  // below, terms that float lost could be a part of the sum
constexpr std::size_t rows_at_once = 64;

/// log(1 + exp(z)) without overflow.
double soft_plus(double z) noexcept { return std::max(z, 0.0) + std::log1p(std::exp(-std::fabs(z))); }

}  // namespace

OneClassSvmModel::OneClassSvmModel(SvmExpansion expansion, double rho, OneClassSvmFit fit)
    : expansion_{std::move(expansion)}, rho_{rho}, fit_{std::move(fit)} {
    if (!is_finite(rho) || std::fabs(rho) > largest_rho)
        fail(where, "rho", rho, "of a magnitude of at most 1e150");
    for (const double alpha : expansion_.coefficients())
        if (alpha < 0) fail(where, "coefficient", alpha, "at least 0");
}

Score OneClassSvmModel::score_of(const Row& row, KernelSum sum) const noexcept {
    if (sum.kind == SumKind::bad_input) return {0, Status::bad_input};
    double value = 0;
    if (expansion_.kernel() == SvmKernel::linear) {
        const double unit = std::fabs(rho_);
        value = soft_plus((rho_ - sum.value) / (unit > 0 ? unit : 1));
    } else {
        value = sum.value < least_sure ? -detail::log_share(expansion_, row, expansion_.vectors().rows())
                                       : -std::log(sum.value);
    }
    return {std::clamp(value, 0.0, largest_score), Status::ok};
}

Score OneClassSvmModel::score(const Row& row) const noexcept {
    KernelSum sum;
    expansion_.evaluate({row.data(), 1, row.size()}, {&sum, 1});
    return score_of(row, sum);
}

void OneClassSvmModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    KernelSum sums[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, count - first);
        expansion_.evaluate(detail::rows_of(rows, first, size), {sums, size});
        for (std::size_t i = 0; i < size; ++i) out[first + i] = score_of(rows.row(first + i), sums[i]);
    }
}

void OneClassSvmModel::share_rbf(const Row& row, std::span<double> shares) const noexcept {
    const MatrixView vectors = expansion_.vectors();
    const std::size_t d = row.size();
    double least = detail::squares_between(row.data(), vectors.row(0).data(), d);
    for (std::size_t i = 1; i < vectors.rows(); ++i)
        least = std::min(least, detail::squares_between(row.data(), vectors.row(i).data(), d));
    for (std::size_t i = 0; i < vectors.rows(); ++i) {
        const Row vector = vectors.row(i);
        const double beyond = detail::squares_between(row.data(), vector.data(), d) - least;
        const double part =
            expansion_.coefficients()[i] / expansion_.reach() * std::exp(-expansion_.gamma() * beyond);
        if (part <= 0) continue;
        for (std::size_t j = 0; j < d; ++j) {
            const double difference = static_cast<double>(row[j]) - static_cast<double>(vector[j]);
            shares[j] += part * difference * difference;
        }
    }
}

void OneClassSvmModel::share_linear(const Row& row, std::span<double> shares) const noexcept {
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        shares[j] = std::max(-expansion_.weights()[j] * static_cast<double>(row[j]), 0.0);
        sum += shares[j];
    }
    if (sum > 0) return;
    for (std::size_t j = 0; j < row.size(); ++j) shares[j] = std::fabs(expansion_.weights()[j]);
}

Score OneClassSvmModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (whole.status != Status::ok || shares.size() != row.size()) return {0, Status::bad_input};
    if (whole.value <= 0) return whole;
    if (expansion_.kernel() == SvmKernel::rbf)
        share_rbf(row, shares);
    else
        share_linear(row, shares);
    detail::scale_to(shares, whole.value);
    return whole;
}

std::optional<double> OneClassSvmModel::decision(const Row& row) const noexcept {
    if (row.size() != dimension() || !all_finite(row)) return std::nullopt;
    return expansion_.value(row) - rho_;
}

double OneClassSvmModel::boundary() const noexcept {
    if (expansion_.kernel() == SvmKernel::linear) return soft_plus(0);
    return rho_ > 0 ? std::max(-std::log(rho_ / expansion_.reach()), 0.0) : largest_score;
}

void OneClassSvmModel::write(ByteWriter& writer) const {
    write_object(writer, expansion_);
    writer.f64(rho_);
    writer.u64(fit_.iterations);
    writer.u8(fit_.converged ? 1 : 0);
    write_object(writer, fit_.calibration);
}

OneClassSvmModel OneClassSvmModel::read(ByteReader& reader, std::uint16_t) try {
    auto expansion = read_object<SvmExpansion>(reader);
    const double rho = reader.finite();
    OneClassSvmFit fit;
    fit.iterations = reader.u64();
    fit.converged = reader.choice(1) == 1;
    fit.calibration = read_object<ScoreCalibration>(reader);
    return {std::move(expansion), rho, std::move(fit)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
