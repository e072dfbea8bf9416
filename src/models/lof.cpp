// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/lof.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/lof_density.hpp"
#include "models/neighbour_index.hpp"
#include "models/neighbour_model.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

using detail::Neighbour;

namespace {

constexpr std::string_view where = "LofModel";
static_assert(LofModel::max_neighbours == detail::NeighbourIndex::max_neighbours);

MatrixView checked(MatrixView rows, std::size_t neighbours, std::span<const LofRow> known) {
    detail::check_neighbour_model(where, rows, neighbours);
    if (known.size() != rows.rows())
        fail(where, "number of known", static_cast<double>(known.size()), "one per row");
    for (std::size_t i = 0; i < known.size(); ++i) {
        const auto& [k_distance, density] = known[i];
        if (!is_finite(k_distance) || k_distance < 0 || k_distance > 1e50)
            fail(where, "k_distance of row " + std::to_string(i), k_distance, "in [0, 1e50]");
        if (!is_finite(density) || density < 0 || density > detail::highest_density)
            fail(where, "density of row " + std::to_string(i), density, "in [0, 1e10]");
    }
    return rows;
}

}  // namespace

LofModel::LofModel(MatrixView rows, std::size_t neighbours, std::vector<LofRow> known,
                   ScoreCalibration calibration)
    : index_{new detail::NeighbourIndex{checked(rows, neighbours, known)}},
      neighbours_{neighbours},
      known_{std::move(known)},
      calibration_{std::move(calibration)} {}

std::size_t LofModel::dimension() const noexcept { return index_->tree().dimension(); }

Score LofModel::score_of(std::span<const Neighbour> nearest) const noexcept {
    double reach = 0, densities = 0;
    for (const Neighbour& neighbour : nearest) {
        const LofRow& known = known_[neighbour.row];
        reach += std::max(std::sqrt(neighbour.squares), known.k_distance);
        densities += known.density;
    }
    const auto count = static_cast<double>(nearest.size());
    const double score = densities / count / detail::density(reach, count);
    return {std::min(score, highest_score), Status::ok};
}

Score LofModel::score(const Row& row) const noexcept {
    Score score{0, Status::bad_input};
    score_batch({row.data(), 1, row.size()}, {&score, 1});
    return score;
}

void LofModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension()) return;
    const auto found = [&](std::size_t i, std::span<const Neighbour> nearest) {
        if (all_finite(rows.row(i))) out[i] = score_of(nearest);
    };
    index_->nearest({rows.data(), count, rows.cols(), rows.stride()}, neighbours_, found);
}

Score LofModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    Score score{0, Status::bad_input};
    if (row.size() != dimension() || !all_finite(row) || shares.size() != row.size()) return score;
    const auto found = [&](std::size_t, std::span<const Neighbour> nearest) {
        score = score_of(nearest);
        for (const Neighbour& neighbour : nearest)
            for (std::size_t i = 0; i < row.size(); ++i)
                shares[i] += static_cast<double>(row[i]) -
                             static_cast<double>(index_->tree().value(neighbour.position, i));
        double sum = 0;
        for (double& share : shares) sum += share *= share;
        const double equal = score.value / static_cast<double>(row.size());
        for (double& share : shares) share = sum > 0 ? share / sum * score.value : equal;
    };
    index_->nearest({row.data(), 1, row.size()}, neighbours_, found);
    return score;
}

void LofModel::write(ByteWriter& writer) const {
    detail::write_rows(writer, index_->tree());
    writer.u64(neighbours_);
    for (const auto& [k_distance, density] : known_) {
        writer.f64(k_distance);
        writer.f64(density);
    }
    write_object(writer, calibration_);
}

LofModel LofModel::read(ByteReader& reader, std::uint16_t) try {
    const detail::ReadRows rows = detail::read_rows(where, reader);
    const std::uint64_t neighbours = reader.u64();
    if (rows.rows > reader.left() / sizeof(LofRow)) fail_format(where, "fewer densities than rows");
    std::vector<LofRow> known(rows.rows);
    for (auto& [k_distance, density] : known) {
        k_distance = reader.f64();
        density = reader.f64();
    }
    auto calibration = read_object<ScoreCalibration>(reader);
    return {rows.view(), static_cast<std::size_t>(neighbours), std::move(known), std::move(calibration)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
