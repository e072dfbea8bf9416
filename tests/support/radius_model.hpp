// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::testing {

/// The distance of a number from a centre: a model whose every answer is known.
struct RadiusModel {
    using Input = Row;

    double centre = 0, threshold = 1;

    Score score(const Row& row) const noexcept {
        if (row.size() != 1 || !is_finite(row[0])) return {0, Status::bad_input};
        return {detail::abs(row[0] - centre), Status::ok};
    }
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept {
        for (std::size_t i = 0; i < std::min(rows.rows(), out.size()); ++i) out[i] = score(rows.row(i));
    }
    double default_threshold() const { return threshold; }
    std::size_t dimension() const { return 1; }
};

/// Centre: the mean. Threshold: the distance that 1 % of the rows exceed.
inline RadiusModel fit_radius(MatrixView rows) {
    RadiusModel model;
    for (std::size_t i = 0; i < rows.rows(); ++i)
        model.centre += rows.row(i)[0] / static_cast<double>(rows.rows());
    std::vector<double> distances;
    for (std::size_t i = 0; i < rows.rows(); ++i) distances.push_back(model.score(rows.row(i)).value);
    std::sort(distances.begin(), distances.end());
    model.threshold = distances[distances.size() * 99 / 100];
    return model;
}

}  // namespace sonde::testing
