// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_default.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "models/calibrate.hpp"
#include "models/combine.hpp"
#include "models/lesinn_training.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_knn.hpp"
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

/// Members so far, and what each was surprised by the training rows, every row judged as if not learned from.
struct Members {
    std::vector<AnyModel> models{};
    std::vector<double> surprise{};  // [member][row]

    void add(const FeatureScaling& scaling, AnyModel model, std::span<const double> scores) {
        for (const double score : scores) surprise.push_back(model.calibration().surprise(score));
        models.emplace_back(ScaledModel{scaling, std::move(model)});
    }
};

ScoreCalibration calibrated(const Members& members, std::size_t rows) {
    std::vector<double> scores(rows), opinions(members.models.size());
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t m = 0; m < opinions.size(); ++m) opinions[m] = members.surprise[m * rows + i];
        scores[i] = detail::combined(Combination::top_half, opinions);
    }
    return ScoreCalibration{scores};
}

}  // namespace

EnsembleModel fit_default(MatrixView rows, const DefaultModelOptions& options) {
    check(rows, options);
    Members members;
    FitProgress now{0, 2 * std::size(views)};
    const auto added = [&] {
        ++now.done;
        detail::report_progress(where, options.progress, now);
    };
    for (const Scaling view : views) {
        const FeatureScaling scaling{rows, view};
        const std::vector<float> scaled = scaling.apply(rows);
        const MatrixView all{scaled.data(), rows.rows(), rows.cols()};
        auto samples = detail::train_lesinn(all, {.seed = options.seed, .executor = options.executor});
        members.add(scaling, std::move(samples.model), samples.scores);
        added();
        const std::vector<float> chosen = chosen_of(all, options.reference_rows, options.seed);
        KnnOptions nearest{.neighbours = 1, .copies = KnnCopies::leave_out};
        nearest.executor = options.executor;
        const KnnModel knn = fit_knn({chosen.data(), chosen.size() / rows.cols(), rows.cols()}, nearest);
        // Equal rows are left out, so no row is its own neighbour.
        members.add(scaling, knn, detail::scores_of(knn, all, options.executor));
        added();
    }
    auto calibration = calibrated(members, rows.rows());
    return {std::move(members.models), Combination::top_half, std::move(calibration)};
}

}  // namespace sonde
