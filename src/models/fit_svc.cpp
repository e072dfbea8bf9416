// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_svc.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/kernel_cache.hpp"
#include "models/smo.hpp"
#include "models/svm_platt.hpp"
#include "models/svm_training.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/folds.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "fit_svc";
constexpr std::size_t folds = 5;

void check_range(std::string_view name, double value, double least, double most, std::string_view allowed) {
    if (!is_finite(value) || value < least || value > most) fail(where, name, value, allowed);
}

void check(MatrixView rows, std::span<const std::uint8_t> labels, const SvcOptions& o) {
    detail::check_training_rows(where, rows);
    detail::check_svm(where, rows, o.kernel, o.gamma, o.tolerance);
    detail::check_svm_weights(where, o.weights, rows.rows());
    check_range("c", o.c, 1e-6, 1e9, "in [1e-6, 1e9]");
    check_range("class_weights.ordinary", o.class_weights.ordinary, 1e-6, 1e6, "in [1e-6, 1e6]");
    check_range("class_weights.anomaly", o.class_weights.anomaly, 1e-6, 1e6, "in [1e-6, 1e6]");
    if (labels.size() != rows.rows())
        fail(where, "number of labels", static_cast<double>(labels.size()), "one per row");
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] > 1)
            fail(where, "label " + std::to_string(i), static_cast<double>(labels[i]), "0 or 1");
}

/// Rows with what they are and what they cost.
struct Examples {
    std::vector<float> values;
    std::vector<std::uint8_t> labels;
    std::vector<double> costs;
    std::size_t dimension = 0;

    [[nodiscard]] MatrixView view() const noexcept { return {values.data(), labels.size(), dimension}; }
    [[nodiscard]] std::size_t ones() const {
        return static_cast<std::size_t>(std::count(labels.begin(), labels.end(), std::uint8_t{1}));
    }
    void add(const Examples& from, std::size_t i) {
        const auto row = from.view().row(i);
        values.insert(values.end(), row.begin(), row.end());
        labels.push_back(from.labels[i]);
        costs.push_back(from.costs[i]);
    }
};

Examples examples_of(MatrixView rows, std::span<const std::uint8_t> labels, const SvcOptions& o) {
    detail::SvmRows kept = detail::rows_of_weight(rows, o.weights);
    Examples examples{std::move(kept.values), {}, std::move(kept.weights), rows.cols()};
    examples.labels.reserve(kept.numbers.size());
    for (const std::size_t number : kept.numbers) examples.labels.push_back(labels[number]);
    for (std::size_t i = 0; i < examples.costs.size(); ++i)
        examples.costs[i] *=
            o.c * (examples.labels[i] == 1 ? o.class_weights.anomaly : o.class_weights.ordinary);
    if (examples.ones() == 0 || examples.ones() == examples.labels.size())
        fail(where, "label of every row", static_cast<double>(examples.labels.front()),
             "0 of some and 1 of others");
    return examples;
}

/// A machine without its scaling, and how it was found.
struct Machine {
    SvmExpansion expansion;
    detail::SmoSolution solution;

    [[nodiscard]] double decision(const Row& row) const noexcept {
        return expansion.value(row) - solution.rho;
    }
};

/// \param done  iterations before these
Machine machine_of(const Examples& examples, double gamma, const SvcOptions& o, std::size_t done,
                   std::size_t total) {
    const std::size_t rows = examples.labels.size();
    const detail::SvmMatrix matrix{o.kernel, gamma, examples.view()};
    detail::KernelCache cache{matrix, o.cache_bytes};
    detail::SmoProblem problem{std::vector<double>(rows), std::vector<double>(rows),
                               std::vector<double>(rows), std::vector<double>(rows)};
    for (std::size_t i = 0; i < rows; ++i) {
        const bool anomaly = examples.labels[i] == 1;
        (anomaly ? problem.high : problem.low)[i] = anomaly ? examples.costs[i] : -examples.costs[i];
        problem.linear[i] = anomaly ? -1 : 1;
    }
    auto solution = detail::solve_smo(
        cache, std::move(problem),
        {o.tolerance, detail::iterations_of(o.max_iterations, rows), where, o.progress, done, total});
    auto expansion = detail::expansion_of(o.kernel, gamma, examples.view(), solution.coefficients);
    return {std::move(expansion), std::move(solution)};
}

/// What machines say of the rows that they were not fitted to.
std::vector<double> held_out_decisions(const Examples& examples, double gamma, const SvcOptions& o,
                                       std::size_t most) {
    const std::size_t count = examples.labels.size();
    std::vector<double> decisions(count);
    std::size_t done = most;
    for (const Fold& fold : k_folds(count, std::min(folds, count), examples.labels, o.seed)) {
        Examples rest{{}, {}, {}, examples.dimension};
        for (const std::size_t i : fold.train) rest.add(examples, i);
        if (rest.ones() == 0 || rest.ones() == rest.labels.size()) {
            for (const std::size_t i : fold.test) decisions[i] = rest.ones() > 0 ? 1 : -1;  // all it knows
        } else {
            const Machine machine = machine_of(rest, gamma, o, done, (folds + 1) * most);
            for (const std::size_t i : fold.test) decisions[i] = machine.decision(examples.view().row(i));
        }
        done += most;
    }
    return decisions;
}

/// Of the ordinary rows, the higher of two: the model's, and that of held-out decisions.
ScoreCalibration calibration_of(const SvcModel& model, const Examples& examples,
                                const std::vector<double>& held_out) {
    std::vector<Score> scores(examples.labels.size());
    model.score_batch(examples.view(), scores);
    std::vector<double> values;
    values.reserve(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (examples.labels[i] == 1) continue;
        values.push_back(scores[i].value);
        if (!held_out.empty())
            values.back() =
                std::max(values.back(), detail::probability_of(*model.probability(), held_out[i]));
    }
    return ScoreCalibration{values};
}

}  // namespace

SvcModel fit_svc(MatrixView rows, std::span<const std::uint8_t> labels, const SvcOptions& options) {
    check(rows, labels, options);
    const Examples examples = examples_of(rows, labels, options);
    const double gamma = options.gamma > 0 ? options.gamma : detail::usual_gamma(examples.view());
    const std::size_t most = detail::iterations_of(options.max_iterations, examples.labels.size());
    const Machine machine =
        machine_of(examples, gamma, options, 0, options.probability ? (folds + 1) * most : most);
    SvcFit fit{{}, machine.solution.iterations, machine.solution.converged, {}};
    std::vector<double> held_out;
    if (options.probability) {
        held_out = held_out_decisions(examples, gamma, options, most);
        fit.probability = detail::fit_platt(held_out, examples.labels);
    }
    fit.calibration = calibration_of({machine.expansion, machine.solution.rho, fit}, examples, held_out);
    return {machine.expansion, machine.solution.rho, std::move(fit)};
}

}  // namespace sonde
