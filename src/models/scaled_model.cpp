// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/scaled_model.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/read_models.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "ScaledModel";
constexpr std::size_t most_rows = 64;  // scaled at a time, where that many fit into the stack's 32 kB

void check(const FeatureScaling& scaling, const AnyModel& model) {
    if (scaling.dimension() > ScaledModel::max_dimension)
        fail(where, "dimension", static_cast<double>(scaling.dimension()), "at most 8192");
    if (model.dimension() != scaling.dimension())
        fail(where, "dimension of the model", static_cast<double>(model.dimension()), "that of the scaling");
}

}  // namespace

ScaledModel::ScaledModel(FeatureScaling scaling, AnyModel model)
    : scaling_{std::move(scaling)}, model_{std::move(model)} {
    check(scaling_, model_);
}

Score ScaledModel::score(const Row& row) const noexcept {
    if (row.size() != dimension() || !all_finite(row)) return {0, Status::bad_input};
    float scaled[max_dimension];
    scaling_.apply(row, {scaled, row.size()});
    return model_.score({scaled, row.size()});
}

void ScaledModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size()), cols = rows.cols();
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (cols != dimension()) return;
    float scaled[max_dimension];
    const std::size_t block = std::min(most_rows, max_dimension / cols);
    for (std::size_t first = 0; first < count; first += block) {
        const std::size_t size = std::min(block, count - first);
        for (std::size_t i = 0; i < size; ++i) scaling_.apply(rows.row(first + i), {scaled + i * cols, cols});
        model_.score_batch({scaled, size, cols}, out.subspan(first, size));
        for (std::size_t i = 0; i < size; ++i)
            if (!all_finite(rows.row(first + i))) out[first + i] = {0, Status::bad_input};
    }
}

Score ScaledModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (row.size() != dimension() || shares.size() != row.size() || !all_finite(row))
        return {0, Status::bad_input};
    float scaled[max_dimension];
    scaling_.apply(row, {scaled, row.size()});
    return model_.attribute({scaled, row.size()}, shares);
}

void ScaledModel::write(ByteWriter& writer) const {
    write_object(writer, scaling_);
    model_.write(writer);
}

ScaledModel ScaledModel::read(ByteReader& reader, std::uint16_t) {
    auto scaling = read_object<FeatureScaling>(reader);
    AnyModel model = detail::read_simple_model(reader);
    try {
        return {std::move(scaling), std::move(model)};
    } catch (const std::invalid_argument& error) {
        fail_format(where, error.what());
    }
}

}  // namespace sonde
