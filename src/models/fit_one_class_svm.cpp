// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_one_class_svm.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "models/kernel_cache.hpp"
#include "models/smo.hpp"
#include "models/svm_scores.hpp"
#include "models/svm_training.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_one_class_svm";

void check(MatrixView rows, const OneClassSvmOptions& o) {
    detail::check_training_rows(where, rows);
    detail::check_svm(where, rows, o.kernel, o.gamma, o.tolerance);
    detail::check_svm_weights(where, o.weights, rows.rows());
    if (!is_finite(o.nu) || o.nu < 1e-6 || o.nu > 1) fail(where, "nu", o.nu, "in [1e-6, 1]");
}

/// Alphas between 0 and the weights that sum to nu times these: the first rows have theirs.
detail::SmoProblem problem_of(const std::vector<double>& weights, double nu) {
    const std::size_t rows = weights.size();
    detail::SmoProblem problem{std::vector<double>(rows), std::vector<double>(rows), weights,
                               std::vector<double>(rows)};
    double left = 0;
    for (const double weight : weights) left += nu * weight;
    for (std::size_t i = 0; i < rows && left > 0; ++i) {
        problem.start[i] = std::min(weights[i], left);
        left -= problem.start[i];
    }
    return problem;
}

/// The score of a support vector's row without its own term.
double score_without_itself(const OneClassSvmModel& model, const Row& row, double f, std::size_t vector) {
    const double reach = model.expansion().reach(), alpha = model.expansion().coefficients()[vector];
    const double rest = f - alpha;
    // Where next to nothing is left, what is left is rounding.
    const double log_rest = rest > 0x1p-10 * alpha ? std::log(rest / (reach - alpha))
                                                   : detail::log_share(model.expansion(), row, vector);
    return std::clamp(-log_rest, 0.0, 1e18);
}

std::vector<double> training_scores(const OneClassSvmModel& model, MatrixView rows,
                                    const std::vector<double>& alphas) {
    std::vector<Score> scores(rows.rows());
    model.score_batch(rows, scores);
    std::vector<double> values;
    values.reserve(rows.rows());
    std::size_t vector = 0;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        values.push_back(scores[i].value);
        if (model.expansion().kernel() == SvmKernel::linear || alphas[i] <= 0) continue;
        if (alphas[i] < model.expansion().reach())
            values[i] = score_without_itself(model, rows.row(i),
                                             std::exp(-scores[i].value) * model.expansion().reach(), vector);
        ++vector;
    }
    return values;
}

}  // namespace

OneClassSvmModel fit_one_class_svm(MatrixView rows, const OneClassSvmOptions& options) {
    check(rows, options);
    const detail::SvmRows kept = detail::rows_of_weight(rows, options.weights);
    const double gamma = options.gamma > 0 ? options.gamma : detail::usual_gamma(kept.view());
    const detail::SvmMatrix matrix{options.kernel, gamma, kept.view()};
    detail::KernelCache cache{matrix, options.cache_bytes};
    const std::size_t most = detail::iterations_of(options.max_iterations, matrix.size());
    const auto solution = detail::solve_smo(cache, problem_of(kept.weights, options.nu),
                                            {options.tolerance, most, where, options.progress, 0, most});
    OneClassSvmFit fit{solution.iterations, solution.converged, {}};
    const auto expansion = detail::expansion_of(options.kernel, gamma, kept.view(), solution.coefficients);
    fit.calibration =
        ScoreCalibration{training_scores({expansion, solution.rho}, kept.view(), solution.coefficients)};
    return {expansion, solution.rho, std::move(fit)};
}

}  // namespace sonde
