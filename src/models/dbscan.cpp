// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/dbscan.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/neighbour_index.hpp"
#include "models/neighbour_model.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "DbscanModel";

MatrixView checked(MatrixView core_rows, std::span<const std::uint32_t> clusters, double eps) {
    const std::size_t rows = core_rows.rows();
    detail::check_neighbour_model(where, core_rows, 1);
    if (clusters.size() != rows)
        fail(where, "number of clusters", static_cast<double>(clusters.size()), "one per core row");
    for (const std::uint32_t cluster : clusters)
        if (cluster >= rows) fail(where, "cluster", cluster, "below the number of core rows");
    if (!is_finite(eps) || eps < 1e-100 || eps > 1e100) fail(where, "eps", eps, "in [1e-100, 1e100]");
    return core_rows;
}

}  // namespace

DbscanModel::DbscanModel(MatrixView core_rows, std::vector<std::uint32_t> clusters, double eps,
                         ScoreCalibration calibration)
    : index_{new detail::NeighbourIndex{checked(core_rows, clusters, eps)}},
      clusters_{std::move(clusters)},
      eps_{eps},
      calibration_{std::move(calibration)} {}

std::size_t DbscanModel::dimension() const noexcept { return index_->tree().dimension(); }

std::vector<float> DbscanModel::core_rows() const { return index_->tree().in_order(); }

bool DbscanModel::usable(const Row& row) const noexcept {
    return row.size() == dimension() && all_finite(row);
}

Score DbscanModel::score_of(double squares) const noexcept {
    const double distance = std::sqrt(squares);
    return {distance < highest_score * eps_ ? distance / eps_ : highest_score, Status::ok};
}

Score DbscanModel::score(const Row& row) const noexcept {
    if (!usable(row)) return {0, Status::bad_input};
    return score_of(index_->nearest(row.data()).squares);
}

void DbscanModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension()) return;
    const auto take = [&](std::size_t i, std::span<const detail::Neighbour> found) {
        if (all_finite(rows.row(i))) out[i] = score_of(found[0].squares);
    };
    index_->nearest({rows.data(), count, rows.cols(), rows.stride()}, 1, take);
}

std::optional<std::size_t> DbscanModel::assign(const Row& row) const noexcept {
    if (!usable(row)) return std::nullopt;
    const auto found = index_->nearest(row.data());
    if (found.squares > eps_ * eps_) return std::nullopt;
    return clusters_[found.row];
}

Score DbscanModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (!usable(row) || shares.size() != row.size()) return {0, Status::bad_input};
    const auto found = index_->nearest(row.data());
    const Score score = score_of(found.squares);
    if (found.squares <= 0) return score;
    const double distance = std::sqrt(found.squares);
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double difference =
            static_cast<double>(row[i]) - static_cast<double>(index_->tree().value(found.position, i));
        const double part = difference / distance;
        shares[i] = part * part * score.value;
    }
    return score;
}

void DbscanModel::write(ByteWriter& writer) const {
    detail::write_rows(writer, index_->tree());
    for (const std::uint32_t cluster : clusters_) writer.u32(cluster);
    writer.f64(eps_);
    write_object(writer, calibration_);
}

DbscanModel DbscanModel::read(ByteReader& reader, std::uint16_t) try {
    const detail::ReadRows core_rows = detail::read_rows(where, reader);
    if (reader.left() / sizeof(std::uint32_t) < core_rows.rows)
        fail_format(where, "another number of clusters");
    std::vector<std::uint32_t> clusters(core_rows.rows);
    for (std::uint32_t& cluster : clusters) cluster = reader.u32();
    const double eps = reader.finite();
    auto calibration = read_object<ScoreCalibration>(reader);
    return {core_rows.view(), std::move(clusters), eps, std::move(calibration)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
