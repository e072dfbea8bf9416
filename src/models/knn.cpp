// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/knn.hpp"

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

using detail::Neighbour;

namespace {

constexpr std::string_view where = "KnnModel";
static_assert(KnnModel::max_neighbours == detail::NeighbourIndex::max_neighbours);

/// One of each set of equal rows.
std::vector<float> different(MatrixView rows) {
    std::vector<Row> order;
    order.reserve(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) order.push_back(rows.row(i));
    const auto equal = [](Row a, Row b) { return std::equal(a.begin(), a.end(), b.begin()); };
    std::stable_sort(order.begin(), order.end(), [](Row a, Row b) {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    });
    order.erase(std::unique(order.begin(), order.end(), equal), order.end());
    std::vector<float> values;
    values.reserve(order.size() * rows.cols());
    for (const Row row : order) values.insert(values.end(), row.begin(), row.end());
    return values;
}

detail::Shared<detail::NeighbourIndex> indexed(MatrixView rows, std::size_t neighbours, KnnCopies copies) {
    detail::check_neighbour_model(where, rows, copies == KnnCopies::count ? neighbours : 1);
    if (copies == KnnCopies::count)
        return detail::Shared<detail::NeighbourIndex>{new detail::NeighbourIndex{rows}};
    if (neighbours < 1 || neighbours >= KnnModel::max_neighbours)
        fail(where, "neighbours", static_cast<double>(neighbours), "in [1, 1023] without copies");
    const std::vector<float> kept = different(rows);
    return detail::Shared<detail::NeighbourIndex>{
        new detail::NeighbourIndex{{kept.data(), kept.size() / rows.cols(), rows.cols()}}};
}

}  // namespace

KnnModel::KnnModel(MatrixView rows, std::size_t neighbours, KnnAggregate aggregate,
                   ScoreCalibration calibration, KnnCopies copies)
    : index_{indexed(rows, neighbours, copies)},
      neighbours_{neighbours},
      aggregate_{aggregate},
      copies_{copies},
      calibration_{std::move(calibration)} {}

std::size_t KnnModel::size() const noexcept { return index_->tree().points(); }

std::size_t KnnModel::dimension() const noexcept { return index_->tree().dimension(); }

std::size_t KnnModel::sought() const noexcept {
    return std::min(neighbours_ + (copies_ == KnnCopies::leave_out ? 1 : 0), size());
}

std::span<const Neighbour> KnnModel::counted(std::span<const Neighbour> nearest) const noexcept {
    const bool copy = copies_ == KnnCopies::leave_out && !nearest.empty() && nearest.front().squares <= 0;
    const auto others = nearest.subspan(copy ? 1 : 0);
    return others.first(std::min(neighbours_, others.size()));
}

Score KnnModel::score_of(std::span<const Neighbour> nearest) const noexcept {
    if (nearest.empty()) return {0, Status::ok};
    if (aggregate_ == KnnAggregate::farthest) return {std::sqrt(nearest.back().squares), Status::ok};
    double sum = 0;
    for (const Neighbour& neighbour : nearest) sum += std::sqrt(neighbour.squares);
    return {sum / static_cast<double>(nearest.size()), Status::ok};
}

Score KnnModel::score(const Row& row) const noexcept {
    Score score{0, Status::bad_input};
    score_batch({row.data(), 1, row.size()}, {&score, 1});
    return score;
}

void KnnModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension()) return;
    const auto found = [&](std::size_t i, std::span<const Neighbour> nearest) {
        if (all_finite(rows.row(i))) out[i] = score_of(counted(nearest));
    };
    index_->nearest({rows.data(), count, rows.cols(), rows.stride()}, sought(), found);
}

Score KnnModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    Score score{0, Status::bad_input};
    if (row.size() != dimension() || !all_finite(row) || shares.size() != row.size()) return score;
    const auto found = [&](std::size_t, std::span<const Neighbour> all) {
        const auto nearest = counted(all);
        score = score_of(nearest);
        if (nearest.empty()) return;
        const auto used = aggregate_ == KnnAggregate::farthest ? nearest.last(1) : nearest;
        for (const Neighbour& neighbour : used) {
            const double distance = std::sqrt(neighbour.squares), parts = static_cast<double>(used.size());
            if (distance <= 0) continue;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const double difference = static_cast<double>(row[i]) -
                                          static_cast<double>(index_->tree().value(neighbour.position, i));
                shares[i] += difference / distance * difference / parts;
            }
        }
    };
    index_->nearest({row.data(), 1, row.size()}, sought(), found);
    return score;
}

void KnnModel::write(ByteWriter& writer) const {
    detail::write_rows(writer, index_->tree());
    writer.u64(neighbours_);
    writer.u8(static_cast<std::uint8_t>(aggregate_));
    writer.u8(static_cast<std::uint8_t>(copies_));
    write_object(writer, calibration_);
}

KnnModel KnnModel::read(ByteReader& reader, std::uint16_t) try {
    const detail::ReadRows rows = detail::read_rows(where, reader);
    const std::uint64_t neighbours = reader.u64();
    const auto aggregate = static_cast<KnnAggregate>(reader.choice(1));
    const auto copies = static_cast<KnnCopies>(reader.choice(1));
    auto calibration = read_object<ScoreCalibration>(reader);
    return {rows.view(), static_cast<std::size_t>(neighbours), aggregate, std::move(calibration), copies};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
