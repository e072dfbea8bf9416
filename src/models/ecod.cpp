// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/ecod.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "EcodModel";

constexpr std::size_t block = 64;  // rows that share a column while it is in the cache
constexpr std::size_t ways = 4;    // values sought side by side

struct Counts {
    std::size_t below, up_to;  // values below, and at most, the value sought
};

/// `size` if `yes`, else 0, without a branch: the values are too random to be predicted.
std::size_t only_if(bool yes, std::size_t size) noexcept {
    return size & (0 - static_cast<std::size_t>(yes));
}

/// Two binary searches in each of some columns of `size` values: each waits for memory, so they go side by side.
void count(const float* const (&columns)[ways], std::size_t size, const float (&values)[ways],
           Counts (&counts)[ways]) noexcept {
    std::size_t below[ways] = {}, up_to[ways] = {};
    while (size > 1) {
        const std::size_t half = size / 2;
        for (std::size_t i = 0; i < ways; ++i) {
            below[i] += only_if(columns[i][below[i] + half - 1] < values[i], half);
            up_to[i] += only_if(columns[i][up_to[i] + half - 1] <= values[i], half);
        }
        size -= half;
    }
    for (std::size_t i = 0; i < ways; ++i)
        counts[i] = {below[i] + only_if(columns[i][below[i]] < values[i], 1),
                     up_to[i] + only_if(columns[i][up_to[i]] <= values[i], 1)};
}

double surprise_of(const Counts& counts, const std::vector<double>& surprises) noexcept {
    return surprises[std::min(counts.up_to, surprises.size() - 1 - counts.below)];
}

std::vector<float> sorted_columns(MatrixView rows) {
    const std::size_t n = rows.rows();
    std::vector<float> columns(n * rows.cols());
    for (std::size_t j = 0; j < rows.cols(); ++j) {
        float* column = columns.data() + j * n;
        for (std::size_t i = 0; i < n; ++i) column[i] = rows.row(i)[j];
        std::sort(column, column + n);
    }
    return columns;
}

std::size_t checked_dimension(MatrixView rows) {
    detail::check_training_rows(where, rows);
    return rows.cols();
}

}  // namespace

EcodModel::EcodModel(MatrixView rows, ScoreCalibration calibration)
    : EcodModel{(checked_dimension(rows), sorted_columns(rows)), rows.cols(), std::move(calibration)} {}

EcodModel::EcodModel(std::vector<float> columns, std::size_t dimension, ScoreCalibration calibration)
    : dimension_{dimension}, columns_{std::move(columns)}, calibration_{std::move(calibration)} {
    const auto n = static_cast<double>(rows());
    surprises_.resize(rows() + 1);
    for (std::size_t i = 1; i < rows(); ++i) surprises_[i] = std::log(n / static_cast<double>(i));
    surprises_[0] = std::log(n);
}

double EcodModel::sum(const Row& row, double* shares) const noexcept {
    double sum = 0;
    for (std::size_t first = 0; first < dimension_; first += ways) {
        const std::size_t size = std::min(ways, dimension_ - first);
        const float* columns[ways];
        float sought[ways];
        Counts counts[ways];
        for (std::size_t i = 0; i < ways; ++i) {
            const std::size_t j = first + std::min(i, size - 1);
            columns[i] = values(j).data();
            sought[i] = row[j];
        }
        count(columns, rows(), sought, counts);
        for (std::size_t i = 0; i < size; ++i) {
            const double surprise = surprise_of(counts[i], surprises_);
            if (shares != nullptr) shares[first + i] = surprise;
            sum += surprise;
        }
    }
    return sum;
}

Score EcodModel::score(const Row& row) const noexcept {
    if (row.size() != dimension_ || !all_finite(row)) return {0, Status::bad_input};
    return {sum(row, nullptr), Status::ok};
}

void EcodModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t total = std::min(rows.rows(), out.size());
    if (rows.cols() != dimension_) {
        std::fill_n(out.begin(), total, Score{0, Status::bad_input});
        return;
    }
    for (std::size_t first = 0; first < total; first += block) {
        const std::size_t size = std::min(block, total - first);
        double sums[block + ways] = {};
        for (std::size_t j = 0; j < dimension_; ++j) {
            const float* columns[ways];
            std::fill_n(columns, ways, values(j).data());
            for (std::size_t i = 0; i < size; i += ways) {
                float sought[ways];
                Counts counts[ways];
                for (std::size_t way = 0; way < ways; ++way)
                    sought[way] = rows.row(first + std::min(i + way, size - 1))[j];
                count(columns, this->rows(), sought, counts);
                for (std::size_t way = 0; way < ways; ++way)
                    sums[i + way] += surprise_of(counts[way], surprises_);
            }
        }
        for (std::size_t i = 0; i < size; ++i)
            out[first + i] =
                all_finite(rows.row(first + i)) ? Score{sums[i], Status::ok} : Score{0, Status::bad_input};
    }
}

Score EcodModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (row.size() != dimension_ || !all_finite(row) || shares.size() != row.size())
        return {0, Status::bad_input};
    return {sum(row, shares.data()), Status::ok};
}

EcodModel EcodModel::calibrated(ScoreCalibration calibration) const {
    EcodModel model = *this;
    model.calibration_ = std::move(calibration);
    return model;
}

void EcodModel::write(ByteWriter& writer) const {
    writer.u64(dimension_);
    writer.f32s(columns_);
    write_object(writer, calibration_);
}

EcodModel EcodModel::read(ByteReader& reader, std::uint16_t) {
    const std::uint64_t dimension = reader.u64();
    if (dimension < 1 || dimension > max_dimension) fail_format(where, "number of features");
    std::vector<float> columns = reader.f32s();
    if (columns.empty() || columns.size() % dimension != 0) fail_format(where, "another number of values");
    if (!all_finite(columns)) fail_format(where, "a value is not finite");
    const std::size_t n = columns.size() / dimension;
    for (std::size_t i = 1; i < columns.size(); ++i)
        if (i % n != 0 && columns[i] < columns[i - 1]) fail_format(where, "values that are not sorted");
    auto calibration = read_object<ScoreCalibration>(reader);
    return {std::move(columns), static_cast<std::size_t>(dimension), std::move(calibration)};
}

}  // namespace sonde
