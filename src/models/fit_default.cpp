// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_default.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_knn.hpp"
#include "sonde/models/fit_lesinn.hpp"
#include "sonde/models/scaled_model.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_default";
constexpr Scaling views[] = {Scaling::standard, Scaling::robust_asinh};

void check(MatrixView rows, const DefaultModelOptions& options) {
    detail::check_training_rows(where, rows);
    if (rows.cols() > ScaledModel::max_dimension)
        fail(where, "dimension", static_cast<double>(rows.cols()), "at most 8192");
    if (options.reference_rows < 2)
        fail(where, "reference_rows", static_cast<double>(options.reference_rows), "at least 2");
}

/// At most `count` of the rows, in their order, without gaps.
std::vector<float> chosen_of(MatrixView rows, std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order(rows.rows());
    std::iota(order.begin(), order.end(), std::size_t{0});
    count = std::min(count, rows.rows());
    Rng rng{seed};
    if (count < rows.rows())
        for (std::size_t i = 0; i < count; ++i) std::swap(order[i], order[i + rng.below(rows.rows() - i)]);
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<float> values;
    values.reserve(count * rows.cols());
    for (std::size_t i = 0; i < count; ++i)
        values.insert(values.end(), rows.row(order[i]).begin(), rows.row(order[i]).end());
    return values;
}

}  // namespace

EnsembleModel fit_default(MatrixView rows, const DefaultModelOptions& options) {
    check(rows, options);
    std::vector<AnyModel> members;
    FitProgress now{0, 2 * std::size(views)};
    const auto add = [&](const FeatureScaling& scaling, AnyModel model) {
        members.emplace_back(ScaledModel{scaling, std::move(model)});
        ++now.done;
        detail::report_progress(where, options.progress, now);
    };
    for (const Scaling view : views) {
        const FeatureScaling scaling{rows, view};
        const std::vector<float> scaled = scaling.apply(rows);
        const MatrixView all{scaled.data(), rows.rows(), rows.cols()};
        add(scaling, fit_lesinn(all, {.seed = options.seed, .executor = options.executor}));
        const std::vector<float> chosen = chosen_of(all, options.reference_rows, options.seed);
        KnnOptions nearest{.neighbours = 1, .copies = KnnCopies::leave_out};
        nearest.executor = options.executor;
        add(scaling, fit_knn({chosen.data(), chosen.size() / rows.cols(), rows.cols()}, nearest));
    }
    // The training rows may calibrate it: nearest rows leave out equal ones, so no row is its own neighbour.
    return {std::move(members), Combination::top_half, rows, options.executor};
}

}  // namespace sonde
