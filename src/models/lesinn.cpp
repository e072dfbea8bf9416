// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/lesinn.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "LesinnModel";
constexpr std::size_t block = 64;  // rows that are scored into the stack at a time

}  // namespace

LesinnModel::LesinnModel(MatrixView rows, std::size_t sample_size, ScoreCalibration calibration)
    : calibration_{std::move(calibration)} {
    detail::check_training_rows(where, rows);
    const auto size = static_cast<double>(sample_size), count = static_cast<double>(rows.rows());
    if (sample_size < 1 || sample_size > max_sample_size) fail(where, "sample size", size, "in [1, 65536]");
    if (rows.rows() % sample_size != 0 || rows.rows() / sample_size > max_samples)
        fail(where, "number of rows", count, "1 to 4096 samples");
    samples_.reserve(rows.rows() / sample_size);
    for (std::size_t first = 0; first < rows.rows(); first += sample_size)
        samples_.emplace_back(detail::rows_of(rows, first, sample_size));
}

Score LesinnModel::score(const Row& row) const noexcept {
    if (row.size() != dimension() || !all_finite(row)) return {0, Status::bad_input};
    double sum = 0;
    for (const KMeansModel& sample : samples_) sum += sample.score(row).value;
    return {sum / static_cast<double>(samples_.size()), Status::ok};
}

void LesinnModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    Score distances[block];
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t size = std::min(block, count - first);
        const auto these = out.subspan(first, size);
        std::fill(these.begin(), these.end(), Score{});
        for (const KMeansModel& sample : samples_) {
            sample.score_batch(detail::rows_of(rows, first, size), {distances, size});
            for (std::size_t i = 0; i < size; ++i)
                these[i] = {these[i].value + distances[i].value, distances[i].status};
        }
        for (Score& sum : these) sum.value /= static_cast<double>(samples_.size());
    }
}

Score LesinnModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    const Score whole = score(row);
    if (whole.status != Status::ok || shares.size() != row.size()) return {0, Status::bad_input};
    for (const KMeansModel& sample : samples_) {
        const auto near = sample.centroids().row(sample.assign(row).value_or(0));
        const double distance = sample.score(row).value;
        if (distance <= 0) continue;
        for (std::size_t j = 0; j < row.size(); ++j) {
            const double difference = static_cast<double>(row[j]) - static_cast<double>(near[j]);
            shares[j] += difference / distance * difference / static_cast<double>(samples_.size());
        }
    }
    return whole;
}

void LesinnModel::write(ByteWriter& writer) const {
    writer.u64(samples_.size());
    writer.u64(sample_size());
    for (const KMeansModel& sample : samples_) {
        const MatrixView rows = sample.centroids();
        writer.f32s({rows.data(), rows.rows() * rows.cols()});
    }
    write_object(writer, calibration_);
}

LesinnModel LesinnModel::read(ByteReader& reader, std::uint16_t) try {
    const std::uint64_t samples = reader.length(8), size = reader.u64();
    if (samples < 1 || samples > max_samples || size < 1 || size > max_sample_size)
        fail_format(where, "number or size of the samples");
    std::vector<float> values;
    std::size_t dimension = 0;
    for (std::uint64_t i = 0; i < samples; ++i) {
        const std::vector<float> sample = reader.f32s();
        if (i == 0) dimension = sample.size() / size;
        if (dimension == 0 || sample.size() != size * dimension)
            fail_format(where, "another number of values");
        values.insert(values.end(), sample.begin(), sample.end());
    }
    auto calibration = read_object<ScoreCalibration>(reader);
    return {{values.data(), samples * size, dimension}, size, std::move(calibration)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
