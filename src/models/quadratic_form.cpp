// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/quadratic_form.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/quadratic_kernel.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

constexpr std::size_t rows_at_once = 64;
// Beyond, squares in float might have overflowed on the way.
constexpr float largest_sure = 1e15F;
// Scales whose inverses are ordinary floats.
constexpr double least_scale = 1e-36, largest_scale = 1e36;

static_assert(QuadraticForm::max_dimension == max_quadratic_dimension);

/// The sum of products, in an order that needs no wait for the sum before.
double product(const double* a, const double* b, std::size_t size) noexcept {
    constexpr std::size_t ways = 8;
    double sums[ways] = {};
    std::size_t i = 0;
    for (; i + ways <= size; i += ways)
        for (std::size_t way = 0; way < ways; ++way) sums[way] += a[i + way] * b[i + way];
    for (; i < size; ++i) sums[0] += a[i] * b[i];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// What row `i` of the matrix has.
std::span<const double> row_of(const LinearMap& map, std::size_t i) noexcept {
    const std::size_t more = map.centre.size() - map.outputs;
    return {map.matrix.data() + i * more + i * (i + 1) / 2, more + i + 1};
}

}  // namespace

QuadraticForm::QuadraticForm(LinearMap map) : map_{std::move(map)}, diagonal_(map_.centre.size()) {
    for (std::size_t i = 0; i < map_.outputs; ++i) {
        const auto row = row_of(map_, i);
        for (std::size_t j = 0; j < row.size(); ++j) diagonal_[j] += row[j] * row[j];
    }
    if (fits_float()) pack();
}

bool QuadraticForm::fits_float() const noexcept {
    double squares = 0, most = 0;
    for (const double x : diagonal_) squares += x;
    for (const double scale : map_.scale)
        if (scale < least_scale || scale > largest_scale) return false;
    for (const double x : map_.matrix) most = std::max(most, std::abs(x));
    const double error = 0x1p-24 * std::sqrt(squares * static_cast<double>(dimension()));
    return map_.outputs > 0 && most < 1e15 && error <= 0x1p-15 * map_.usual;
}

void QuadraticForm::pack() {
    const std::size_t d = dimension();
    high_.resize(d);
    low_.resize(d);
    inverse_.resize(d);
    for (std::size_t j = 0; j < d; ++j) {
        high_[j] = static_cast<float>(map_.centre[j]);
        low_[j] = static_cast<float>(map_.centre[j] - static_cast<double>(high_[j]));
        inverse_[j] = static_cast<float>(1 / map_.scale[j]);
    }
    for (std::size_t first = 0; first < map_.outputs; first += QuadraticTask::width) {
        const std::size_t begin = panels_.size();
        panels_.resize(begin + task().features(first + QuadraticTask::width) * QuadraticTask::width);
        for (std::size_t i = first; i < std::min(first + QuadraticTask::width, map_.outputs); ++i) {
            const auto row = row_of(map_, i);
            for (std::size_t j = 0; j < row.size(); ++j)
                panels_[begin + j * QuadraticTask::width + i - first] = static_cast<float>(row[j]);
        }
    }
}

// Apart, so that what comes before it stays small enough to be inlined.
[[gnu::noinline]] Score QuadraticForm::exact(const Row& row) const noexcept {
    double y[max_dimension], squares = 0;
    for (std::size_t j = 0; j < row.size(); ++j)
        y[j] = std::clamp((static_cast<double>(row[j]) - map_.centre[j]) / map_.scale[j], -1e75, 1e75);
    for (std::size_t i = 0; i < map_.outputs; ++i) {
        const auto weights = row_of(map_, i);
        const double z = product(weights.data(), y, weights.size());
        squares += z * z;
    }
    return {is_finite(squares) ? std::min(std::sqrt(squares), largest) : largest, Status::ok};
}

inline void QuadraticForm::judge(float distance, const Row& row, Score& score) const noexcept {
    if (is_finite(distance) && distance <= largest_sure) {
        score.value = static_cast<double>(std::max(distance, 0.0F));
        score.status = distance < 0 ? Status::bad_input : Status::ok;
    } else {
        score = exact(row);
    }
}

QuadraticTask QuadraticForm::task() const noexcept {
    return {high_.data(), low_.data(), inverse_.data(), panels_.data(), dimension(), map_.outputs};
}

Score QuadraticForm::score(const Row& row) const noexcept {
    if (row.size() != dimension()) return {0, Status::bad_input};
    if (in_double()) return all_finite(row) ? exact(row) : Score{0, Status::bad_input};
    float distance;
    quadratic_distances(task(), row.data(), row.size(), 1, &distance, fastest_set());
    Score score;
    judge(distance, row, score);
    return score;
}

void QuadraticForm::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    score_batch(rows, out, fastest_set());
}

void QuadraticForm::score_batch(MatrixView rows, std::span<Score> out, InstructionSet set) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    if (rows.cols() != dimension()) {
        std::fill_n(out.begin(), count, Score{0, Status::bad_input});
        return;
    }
    if (in_double() || set == InstructionSet::scalar) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = all_finite(rows.row(i)) ? exact(rows.row(i)) : Score{0, Status::bad_input};
        return;
    }
    float distances[rows_at_once];
    for (std::size_t first = 0; first < count; first += rows_at_once) {
        const std::size_t size = std::min(rows_at_once, count - first);
        quadratic_distances(task(), rows.row(first).data(), rows.stride(), size, distances, set);
        for (std::size_t i = 0; i < size; ++i) judge(distances[i], rows.row(first + i), out[first + i]);
    }
}

Score QuadraticForm::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (shares.size() != row.size() || whole.status != Status::ok) return {0, Status::bad_input};
    if (whole.value <= 0) return whole;
    double y[max_dimension], largest_y = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        y[j] = std::clamp((static_cast<double>(row[j]) - map_.centre[j]) / map_.scale[j], -1e75, 1e75);
        largest_y = std::max(largest_y, std::abs(y[j]));
    }
    for (std::size_t j = 0; j < row.size(); ++j) y[j] /= std::max(largest_y, 1e-300);
    for (std::size_t i = 0; i < map_.outputs; ++i) {
        const auto weights = row_of(map_, i);
        const double z = product(weights.data(), y, weights.size());
        for (std::size_t j = 0; j < weights.size(); ++j) shares[j] += z * weights[j];
    }
    double sum = 0;
    for (std::size_t j = 0; j < shares.size(); ++j)
        sum += shares[j] = diagonal_[j] > 0 ? shares[j] / diagonal_[j] * shares[j] : 0;
    const double equal = whole.value / static_cast<double>(shares.size());
    for (double& share : shares) share = sum > 0 ? share / sum * whole.value : equal;
    return whole;
}

}  // namespace sonde::detail
