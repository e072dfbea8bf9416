// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/forecast/forecaster.hpp"

namespace sonde {

/// A forecaster of numbers for each feature of a row, which know nothing of each other.
///
/// Cost and memory: those of the forecasters. Threading: single-writer.
///
///     PerFeature<AutoRegression> forecaster{8, AutoRegression{{.order = 4}}};
template <Forecaster F>
requires std::same_as<typename F::Input, double>
class PerFeature {
public:
    using Input = Row;
    static constexpr Format format{"PERF", 1};
    static constexpr std::size_t most_features = std::size_t{1} << 20;

    /// The same one for each feature. \throws std::invalid_argument  `dimension` is not in [1, 2^20]
    explicit PerFeature(std::size_t dimension, const F& forecaster = F{})
        : PerFeature{std::vector<F>(checked(dimension), forecaster)} {}
    /// Those that were fitted, say. \throws std::invalid_argument  none, or more than 2^20
    explicit PerFeature(std::vector<F> forecasters) : forecasters_{std::move(forecasters)} {
        checked(forecasters_.size());
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return forecasters_.size(); }
    /// False, and `out` is of no use, while one of them has no forecast.
    bool forecast(std::span<double> out) const noexcept {
        if (out.size() < dimension()) return false;
        for (std::size_t i = 0; i < dimension(); ++i)
            if (!forecasters_[i].forecast(out.subspan(i, 1))) return false;
        return true;
    }
    /// A row of another size is ignored.
    void learn(const Row& row) noexcept {
        if (row.size() != dimension()) return;
        for (std::size_t i = 0; i < dimension(); ++i) forecasters_[i].learn(static_cast<double>(row[i]));
    }

    [[nodiscard]] std::span<const F> forecasters() const noexcept { return forecasters_; }

    void write(ByteWriter& writer) const requires Persistent<F> {
        writer.u64(forecasters_.size());
        for (const F& forecaster : forecasters_) write_object(writer, forecaster);
    }
    /// \throws FormatError  not forecasters
    [[nodiscard]] static PerFeature read(ByteReader& reader, std::uint16_t) requires Persistent<F> {
        const std::size_t count = reader.length(6);  // of a tag and a version, at least
        if (count < 1 || count > most_features) fail_format("PerFeature", "no forecasters");
        std::vector<F> forecasters;
        for (std::size_t i = 0; i < count; ++i) forecasters.push_back(read_object<F>(reader));
        return PerFeature{std::move(forecasters)};
    }

private:
    static std::size_t checked(std::size_t dimension) {
        if (dimension < 1 || dimension > most_features)
            fail("PerFeature", "dimension", static_cast<double>(dimension), "in [1, 1048576]");
        return dimension;
    }

    std::vector<F> forecasters_;
};

}  // namespace sonde
