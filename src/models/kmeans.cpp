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

constexpr double largest_scaled = 1e18, least_scale = 1e-100, largest_scale = 1e100;

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
    if (!fit.scales.empty() && fit.scales.size() != centroids.rows())
        fail(where, "number of scales", static_cast<double>(fit.scales.size()), "0 or one per centroid");
    for (const double scale : fit.scales)
        if (!is_finite(scale) || scale < least_scale || scale > largest_scale)
            fail(where, "scale", scale, "in [1e-100, 1e100]");
}

}  // namespace

KMeansModel::KMeansModel(MatrixView centroids, KMeansFit fit) : fit_{std::move(fit)} {
    check(centroids, fit_);
    clusters_ = centroids.rows();
    dimension_ = centroids.cols();
    centroids_.reserve(clusters_ * dimension_);
    for (std::size_t i = 0; i < clusters_; ++i)
        centroids_.insert(centroids_.end(), centroids.row(i).begin(), centroids.row(i).end());
    packed_ = detail::pack_centred(this->centroids());
}

KMeansModel::Found KMeansModel::nearest(const Row& row) const noexcept {
    if (row.size() != dimension_) return {0, -1};
    detail::Nearest found[1];
    detail::nearest(centroids(), packed_, {row.data(), 1, dimension_}, found, detail::fastest_byte_set());
    return {found[0].cluster, found[0].squares};
}

Score KMeansModel::score_of(Found found) const noexcept {
    if (found.squares < 0) return {0, Status::bad_input};
    const double distance = std::sqrt(found.squares);
    if (fit_.scales.empty()) return {distance, Status::ok};
    return {std::min(distance / fit_.scales[found.cluster], largest_scaled), Status::ok};
}

Score KMeansModel::score(const Row& row) const noexcept { return score_of(nearest(row)); }

void KMeansModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    if (rows.cols() != dimension_) {
        std::fill_n(out.begin(), count, Score{0, Status::bad_input});
        return;
    }
    constexpr std::size_t rows_at_once = 384;
    const auto set = detail::fastest_byte_set();
    detail::Nearest found[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, count - first);
        detail::nearest(centroids(), packed_, {rows.row(first).data(), size, dimension_, rows.stride()},
                        {found, size}, set);
        for (std::size_t i = 0; i < size; ++i)
            out[first + i] = score_of({found[i].cluster, found[i].squares});
    }
}

std::optional<std::size_t> KMeansModel::assign(const Row& row) const noexcept {
    const Found found = nearest(row);
    if (found.squares < 0) return std::nullopt;
    return found.cluster;
}

Score KMeansModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Found found = nearest(row);
    if (found.squares < 0 || shares.size() != row.size()) return {0, Status::bad_input};
    const Score score = score_of(found);
    if (score.value <= 0) return score;
    const float* centroid = centroids_.data() + found.cluster * dimension_;
    for (std::size_t i = 0; i < dimension_; ++i) {
        const double difference = static_cast<double>(row[i]) - static_cast<double>(centroid[i]);
        shares[i] = difference * difference / found.squares * score.value;
    }
    return score;
}

void KMeansModel::write(ByteWriter& writer) const {
    writer.u64(clusters_);
    writer.u64(dimension_);
    writer.f32s(centroids_);
    writer.f64(fit_.inertia);
    writer.u64(fit_.iterations);
    writer.u64s(fit_.sizes);
    writer.f64s(fit_.scales);
    write_object(writer, fit_.calibration);
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
    fit.scales = reader.f64s();
    fit.calibration = read_object<ScoreCalibration>(reader);
    return KMeansModel{
        {centroids.data(), static_cast<std::size_t>(clusters), static_cast<std::size_t>(dimension)},
        std::move(fit)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
