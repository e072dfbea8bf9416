// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/svc.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/rbf_kernel.hpp"
#include "models/svm_platt.hpp"
#include "models/svm_scores.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

using detail::KernelSum;
using detail::SumKind;

constexpr std::string_view where = "SvcModel";
constexpr double largest_rho = 1e150, largest_scaling = 1e100;
constexpr std::size_t rows_at_once = 64;

void check_scaling(const char* name, const double& value) {
    if (!is_finite(value) || std::fabs(value) > largest_scaling)
        fail(where, name, value, "of a magnitude of at most 1e100");
}

/// Keeps what raises the score; where nothing does, the magnitudes.
void keep_positive(std::span<double> shares) noexcept {
    const bool any = std::any_of(shares.begin(), shares.end(), [](double share) { return share > 0; });
    for (double& share : shares) share = any ? std::max(share, 0.0) : std::fabs(share);
}

}  // namespace

SvcModel::SvcModel(SvmExpansion expansion, double rho, SvcFit fit)
    : expansion_{std::move(expansion)}, rho_{rho}, fit_{std::move(fit)} {
    if (!is_finite(rho) || std::fabs(rho) > largest_rho)
        fail(where, "rho", rho, "of a magnitude of at most 1e150");
    if (!fit_.probability) return;
    check_scaling("slope", fit_.probability->slope);
    check_scaling("offset", fit_.probability->offset);
}

Score SvcModel::score_of(KernelSum sum) const noexcept {
    if (sum.kind == SumKind::bad_input) return {0, Status::bad_input};
    const double f = sum.value * expansion_.reach() - rho_;
    return {detail::probability_of(fit_.probability.value_or(PlattScaling{}), f), Status::ok};
}

Score SvcModel::score(const Row& row) const noexcept {
    KernelSum sum;
    expansion_.evaluate({row.data(), 1, row.size()}, {&sum, 1});
    return score_of(sum);
}

void SvcModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    KernelSum sums[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, count - first);
        expansion_.evaluate(detail::rows_of(rows, first, size), {sums, size});
        std::transform(sums, sums + size, out.begin() + static_cast<std::ptrdiff_t>(first),
                       [this](const KernelSum& sum) { return score_of(sum); });
    }
}

void SvcModel::share_rbf(const Row& row, std::span<double> shares) const noexcept {
    const MatrixView vectors = expansion_.vectors();
    const std::size_t d = row.size();
    double least = detail::squares_between(row.data(), vectors.row(0).data(), d);
    for (std::size_t i = 1; i < vectors.rows(); ++i)
        least = std::min(least, detail::squares_between(row.data(), vectors.row(i).data(), d));
    const auto part = [&](std::size_t i) {
        const double beyond = detail::squares_between(row.data(), vectors.row(i).data(), d) - least;
        return expansion_.coefficients()[i] / expansion_.reach() * std::exp(-expansion_.gamma() * beyond);
    };
    // Per feature two sums, of all support vectors and of the ordinary ones: no room is needed for the latter, as
    // features are taken one after the other.
    constexpr std::size_t features_at_once = 64;
    for (std::size_t first = 0; first < d; first += features_at_once) {
        const std::size_t size = std::min(features_at_once, d - first);
        double slopes[features_at_once] = {}, displacements[features_at_once] = {};
        for (std::size_t i = 0; i < vectors.rows(); ++i) {
            const double weight = part(i);
            for (std::size_t j = 0; j < size; ++j) {
                const double difference =
                    static_cast<double>(row[first + j]) - static_cast<double>(vectors.row(i)[first + j]);
                slopes[j] -= weight * difference;
                if (weight < 0) displacements[j] -= weight * difference;
            }
        }
        for (std::size_t j = 0; j < size; ++j) shares[first + j] = slopes[j] * displacements[j];
    }
}

Score SvcModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (whole.status != Status::ok || shares.size() != row.size()) return {0, Status::bad_input};
    if (expansion_.kernel() == SvmKernel::rbf)
        share_rbf(row, shares);
    else
        for (std::size_t j = 0; j < row.size(); ++j)
            shares[j] = expansion_.weights()[j] * static_cast<double>(row[j]);
    keep_positive(shares);
    detail::scale_to(shares, whole.value);
    return whole;
}

std::optional<double> SvcModel::decision(const Row& row) const noexcept {
    if (row.size() != dimension() || !all_finite(row)) return std::nullopt;
    return expansion_.value(row) - rho_;
}

void SvcModel::write(ByteWriter& writer) const {
    write_object(writer, expansion_);
    writer.f64(rho_);
    writer.u8(fit_.probability ? 1 : 0);
    const PlattScaling scaling = fit_.probability.value_or(PlattScaling{});
    writer.f64(scaling.slope);
    writer.f64(scaling.offset);
    writer.u64(fit_.iterations);
    writer.u8(fit_.converged ? 1 : 0);
    write_object(writer, fit_.calibration);
}

SvcModel SvcModel::read(ByteReader& reader, std::uint16_t) try {
    auto expansion = read_object<SvmExpansion>(reader);
    const double rho = reader.finite();
    SvcFit fit;
    const bool has_probability = reader.choice(1) == 1;
    const double slope = reader.finite(), offset = reader.finite();
    if (has_probability) fit.probability = PlattScaling{slope, offset};
    fit.iterations = reader.u64();
    fit.converged = reader.choice(1) == 1;
    fit.calibration = read_object<ScoreCalibration>(reader);
    return {std::move(expansion), rho, std::move(fit)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
