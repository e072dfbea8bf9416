// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/nearest_kernel.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "KMeansModel";

// Between these a sum of squares in float has neither lost terms nor overflowed: 2^20 terms below the least
// normal float, 1e-38, are 1e-32; above 1e37 the next one may be beyond the largest float.
constexpr float least_sure = 1e-24F, largest_sure = 1e37F;

void check(MatrixView centroids, const KMeansFit& fit) {
    const auto k = static_cast<double>(centroids.rows()), d = static_cast<double>(centroids.cols());
    if (centroids.rows() < 1 || centroids.rows() > KMeansModel::max_clusters)
        fail(where, "number of centroids", k, "in [1, 1048576]");
    if (centroids.cols() < 1 || centroids.cols() > KMeansModel::max_dimension)
        fail(where, "dimension", d, "in [1, 1048576]");
    for (std::size_t i = 0; i < centroids.rows(); ++i)
        if (!all_finite(centroids.row(i)))
            fail(where, "centroid " + std::to_string(i), "not finite", "finite in every feature");
    if (!is_finite(fit.inertia) || fit.inertia < 0)
        fail(where, "inertia", fit.inertia, "finite and at least 0");
    if (!fit.sizes.empty() && fit.sizes.size() != centroids.rows())
        fail(where, "number of sizes", static_cast<double>(fit.sizes.size()), "0 or one per centroid");
}

}  // namespace

KMeansModel::KMeansModel(MatrixView centroids, KMeansFit fit) : fit_{std::move(fit)} {
    check(centroids, fit_);
    clusters_ = centroids.rows();
    dimension_ = centroids.cols();
    centroids_.reserve(clusters_ * dimension_);
    for (std::size_t i = 0; i < clusters_; ++i)
        centroids_.insert(centroids_.end(), centroids.row(i).begin(), centroids.row(i).end());
    lanes_ = detail::pack(centroids);
}

bool KMeansModel::usable(const Row& row) const noexcept {
    return row.size() == dimension_ && all_finite(row);
}

double KMeansModel::squares_to(const Row& row, std::size_t cluster) const noexcept {
    const float* centroid = centroids_.data() + cluster * dimension_;
    constexpr std::size_t lanes = 4;  // one sum would wait for itself with every feature
    double sums[lanes] = {};
    std::size_t first = 0;
    for (; first + lanes <= dimension_; first += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double difference = static_cast<double>(row[first + lane]) - centroid[first + lane];
            sums[lane] += difference * difference;
        }
    }
    for (; first < dimension_; ++first) {
        const double difference = static_cast<double>(row[first]) - centroid[first];
        sums[0] += difference * difference;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

KMeansModel::Found KMeansModel::refined(const Row& row, std::size_t cluster, float estimate) const noexcept {
    const Found found{cluster, squares_to(row, cluster)};
    const bool sure = estimate >= least_sure || found.squares <= 0;  // nothing is nearer than 0
    if (sure && estimate <= largest_sure) return found;
    Found best{0, squares_to(row, 0)};
    for (std::size_t i = 1; i < clusters_; ++i)
        if (const double squares = squares_to(row, i); squares < best.squares) best = {i, squares};
    return best;
}

KMeansModel::Found KMeansModel::nearest(const Row& row) const noexcept {
    detail::Nearest found[1];
    detail::nearest({lanes_.data(), clusters_, dimension_}, {row.data(), 1, dimension_}, found,
                    detail::fastest_set());
    return refined(row, found[0].cluster, found[0].squares);
}

Score KMeansModel::score(const Row& row) const noexcept {
    if (!usable(row)) return {0, Status::bad_input};
    return {std::sqrt(nearest(row).squares), Status::ok};
}

void KMeansModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension_) return;
    const auto set = detail::fastest_set();
    detail::Nearest found[detail::nearest_block];
    for (std::size_t first = 0; first < count; first += detail::nearest_block) {
        const std::size_t size = std::min(detail::nearest_block, count - first);
        detail::nearest({lanes_.data(), clusters_, dimension_},
                        {rows.row(first).data(), size, dimension_, rows.stride()}, found, set);
        for (std::size_t i = 0; i < size; ++i) {
            const Row row = rows.row(first + i);
            if (!all_finite(row)) continue;
            out[first + i] = {std::sqrt(refined(row, found[i].cluster, found[i].squares).squares),
                              Status::ok};
        }
    }
}

std::optional<std::size_t> KMeansModel::assign(const Row& row) const noexcept {
    if (!usable(row)) return std::nullopt;
    return nearest(row).cluster;
}

Score KMeansModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (!usable(row) || shares.size() != row.size()) return {0, Status::bad_input};
    const auto [cluster, squares] = nearest(row);
    const double distance = std::sqrt(squares);
    if (distance <= 0) return {0, Status::ok};
    const float* centroid = centroids_.data() + cluster * dimension_;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double difference = static_cast<double>(row[i]) - centroid[i];
        shares[i] = difference / distance * difference;
    }
    return {distance, Status::ok};
}

void KMeansModel::write(ByteWriter& writer) const {
    writer.u64(clusters_);
    writer.u64(dimension_);
    writer.f32s(centroids_);
    writer.f64(fit_.inertia);
    writer.u64(fit_.iterations);
    writer.u64s(fit_.sizes);
}

KMeansModel KMeansModel::read(ByteReader& reader, std::uint16_t) try {
    const std::uint64_t clusters = reader.u64(), dimension = reader.u64();
    if (clusters > max_clusters || dimension > max_dimension)
        fail_format(where, "too many centroids or features");
    const std::vector<float> centroids = reader.f32s();
    if (centroids.size() != clusters * dimension) fail_format(where, "another number of centroids");
    KMeansFit fit;
    fit.inertia = reader.finite();
    fit.iterations = reader.u64();
    fit.sizes = reader.u64s();
    return KMeansModel{
        {centroids.data(), static_cast<std::size_t>(clusters), static_cast<std::size_t>(dimension)},
        std::move(fit)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
