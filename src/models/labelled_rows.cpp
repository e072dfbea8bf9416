// SPDX-License-Identifier: Apache-2.0
#include "models/labelled_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/class_trees.hpp"

namespace sonde::detail {

namespace {

double number(std::size_t n) { return static_cast<double>(n); }

void check(std::string_view where, MatrixView rows, std::span<const std::uint8_t> labels,
           const ClassOptions& o) {
    check_training_rows(where, rows);
    if (rows.rows() > 0xffff'ffffU) fail(where, "number of rows", number(rows.rows()), "at most 4294967295");
    if (labels.size() != rows.rows()) fail(where, "number of labels", number(labels.size()), "one per row");
    if (o.classes < 2 || o.classes > ClassTrees::max_classes)
        fail(where, "classes", number(o.classes), "in [2, 256]");
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] >= o.classes)
            fail(where, "label of row " + std::to_string(i), static_cast<double>(labels[i]), "below classes");
    check_weights(where, o.weights, rows.rows());
    if (o.class_weights.empty()) return;
    if (o.balanced) fail(where, "class_weights", "not empty", "empty with balanced");
    if (o.class_weights.size() != o.classes)
        fail(where, "number of class_weights", number(o.class_weights.size()), "0 or one per class");
    check_weights(std::string{where} + ": class_weights", o.class_weights, o.classes);
}

/// By class: what a row of it is weighted by.
std::vector<double> class_factors(std::span<const WeightedLabel> rows, const ClassOptions& o) {
    if (!o.class_weights.empty()) return {o.class_weights.begin(), o.class_weights.end()};
    if (!o.balanced) return std::vector<double>(o.classes, 1.0);
    std::vector<double> counts(o.classes);
    double all = 0, present = 0;
    for (const auto& [weight, label] : rows) {
        if (weight <= 0) continue;
        if (counts[label] <= 0) ++present;
        ++counts[label];
        ++all;
    }
    for (double& count : counts) count = count > 0 ? all / (present * count) : 1;
    return counts;
}

}  // namespace

std::vector<WeightedLabel> weighted_labels(std::string_view where, MatrixView rows,
                                           std::span<const std::uint8_t> labels,
                                           const ClassOptions& options) {
    check(where, rows, labels, options);
    std::vector<WeightedLabel> result(rows.rows());
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = {options.weights.empty() ? 1.0 : options.weights[i], labels[i]};
    const std::vector<double> factors = class_factors(result, options);
    double largest = 0;
    for (auto& [weight, label] : result) largest = std::max(largest, weight *= factors[label]);
    if (largest <= 0) fail(where, "sum of the weights", 0, "above 0");
    int exponent = 0;
    std::frexp(largest, &exponent);
    for (auto& row : result) row.weight = std::ldexp(row.weight, -exponent);
    return result;
}

RankedRows::RankedRows(MatrixView rows)
    : rows_{rows.rows()}, ranks_(rows.rows() * rows.cols()), values_(rows.cols()) {
    std::vector<std::pair<float, std::uint32_t>> column(rows_);
    for (std::size_t j = 0; j < rows.cols(); ++j) {
        for (std::size_t i = 0; i < rows_; ++i) column[i] = {rows.row(i)[j], static_cast<std::uint32_t>(i)};
        std::sort(column.begin(), column.end(), [](auto a, auto b) { return a.first < b.first; });
        std::uint32_t* ranks = ranks_.data() + j * rows_;
        auto& values = values_[j];
        for (const auto& [value, row] : column) {
            if (values.empty() || value > values.back()) values.push_back(value);
            ranks[row] = static_cast<std::uint32_t>(values.size() - 1);
        }
    }
}

}  // namespace sonde::detail
