// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_lof.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "models/lof_density.hpp"
#include "models/neighbour_index.hpp"
#include "models/neighbour_model.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

/// The k nearest others of every row.
struct Neighbourhoods {
    Neighbourhoods(std::size_t count, std::size_t k) : neighbours{k}, rows(count * k), distances(count * k) {}

    void set(std::size_t row, std::span<const detail::Neighbour> others) noexcept {
        for (std::size_t i = 0; i < neighbours; ++i) {
            rows[row * neighbours + i] = others[i].row;
            distances[row * neighbours + i] = std::sqrt(others[i].squares);
        }
    }
    [[nodiscard]] std::size_t count() const noexcept { return rows.size() / neighbours; }

    std::size_t neighbours;
    std::vector<std::uint32_t> rows;  // those of row i from i * neighbours on, the nearest first
    std::vector<double> distances;
};

std::vector<LofRow> known_of(const Neighbourhoods& all) {
    const std::size_t k = all.neighbours;
    std::vector<LofRow> known(all.count());
    for (std::size_t i = 0; i < known.size(); ++i) known[i].k_distance = all.distances[i * k + k - 1];
    for (std::size_t i = 0; i < known.size(); ++i) {
        double reach = 0;
        for (std::size_t j = i * k; j < (i + 1) * k; ++j)
            reach += std::max(all.distances[j], known[all.rows[j]].k_distance);
        known[i].density = detail::density(reach, static_cast<double>(k));
    }
    return known;
}

std::vector<double> factors_of(const Neighbourhoods& all, const std::vector<LofRow>& known) {
    const std::size_t k = all.neighbours;
    std::vector<double> factors(known.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
        double densities = 0;
        for (std::size_t j = i * k; j < (i + 1) * k; ++j) densities += known[all.rows[j]].density;
        factors[i] = std::min(densities / static_cast<double>(k) / known[i].density, LofModel::highest_score);
    }
    return factors;
}

}  // namespace

LofModel fit_lof(MatrixView rows, const LofOptions& options) {
    constexpr std::string_view where = "fit_lof";
    if (options.neighbours < 1 || options.neighbours > LofModel::max_neighbours)
        fail(where, "neighbours", static_cast<double>(options.neighbours), "in [1, 1024]");
    detail::check_training_rows(where, rows, 2);
    const std::size_t neighbours = std::min(options.neighbours, rows.rows() - 1);
    LofModel model{rows, neighbours, std::vector<LofRow>(rows.rows())};
    Neighbourhoods all{rows.rows(), neighbours};
    const auto found = [&](std::size_t row, std::span<const detail::Neighbour> others) {
        all.set(row, others);
    };
    detail::for_each_others({where, options.progress, options.executor}, *model.index_, rows, neighbours,
                            found);
    model.known_ = known_of(all);
    model.calibration_ = ScoreCalibration{factors_of(all, model.known_)};
    return model;
}

}  // namespace sonde
