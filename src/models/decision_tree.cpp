// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/decision_tree.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace detail {

void write_fit(ByteWriter& writer, const ClassTreesFit& fit) {
    writer.f64s(fit.importances);
    write_object(writer, fit.calibration);
}

ClassTreesFit read_fit(ByteReader& reader) {
    ClassTreesFit fit;
    fit.importances = reader.f64s();
    fit.calibration = read_object<ScoreCalibration>(reader);
    return fit;
}

void check_fit(std::string_view where, const ClassTreesFit& fit, std::size_t dimension) {
    if (fit.importances.size() != dimension)
        fail(where, "number of importances", static_cast<double>(fit.importances.size()), "one per feature");
    for (const double importance : fit.importances)
        if (!is_finite(importance) || importance < 0 || importance > 1)
            fail(where, "importance", importance, "in [0, 1]");
}

}  // namespace detail

namespace {

constexpr std::string_view where = "DecisionTreeModel";

}  // namespace

DecisionTreeModel::DecisionTreeModel(detail::ClassTrees tree, ClassTreesFit fit)
    : trees_{std::move(tree)}, fit_{std::move(fit)} {
    if (trees_.trees() != 1) fail(where, "number of trees", static_cast<double>(trees_.trees()), "1");
    detail::check_fit(where, fit_, dimension());
}

DecisionTreeNode DecisionTreeModel::node(std::size_t i) const noexcept {
    const detail::TreeNode& node = trees_.nodes().nodes()[i];
    const auto score = static_cast<double>(node.value);
    if (detail::is_leaf(trees_.nodes().nodes(), i)) return {0, 0, 0, 0, score};
    return {node.feature, node.threshold, node.left, node.left + std::size_t{1}, score};
}

double DecisionTreeModel::default_threshold() const { return detail::class_threshold(fit_.calibration); }

void DecisionTreeModel::write(ByteWriter& writer) const {
    trees_.write(writer);
    detail::write_fit(writer, fit_);
}

DecisionTreeModel DecisionTreeModel::read(ByteReader& reader, std::uint16_t) try {
    auto tree = detail::ClassTrees::read(where, reader);
    return {std::move(tree), detail::read_fit(reader)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
