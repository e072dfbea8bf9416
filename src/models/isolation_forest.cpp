// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/isolation_forest.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "models/forest_walker.hpp"
#include "models/isolation_path.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "IsolationForestModel";

void check(const detail::TreeNodes& nodes, std::size_t sample_size) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    detail::check_dimension(where, nodes.dimension());
    if (nodes.trees().empty() || nodes.trees().size() > IsolationForestModel::max_trees)
        fail(where, "number of trees", number(nodes.trees().size()), "in [1, 1048576]");
    if (sample_size < 1 || sample_size > IsolationForestModel::max_sample_size)
        fail(where, "sample_size", number(sample_size), "in [1, 1073741824]");
    for (const auto& node : nodes.nodes())
        if (node.value < 0)
            fail(where, "path length of a node", static_cast<double>(node.value), "at least 0");
}

std::size_t size_of(const IsolationTree& tree, std::size_t number) {
    const std::size_t size = tree.children_left.size();
    if (tree.children_right.size() != size || tree.feature.size() != size || tree.threshold.size() != size ||
        tree.n_node_samples.size() != size)
        fail(where, "arrays of tree " + std::to_string(number), "of different lengths", "of one length");
    return size;
}

/// What fits no place or feature becomes one that `TreeNodes` refuses.
std::uint32_t place(std::int64_t n) noexcept {
    constexpr std::int64_t nowhere = 0xffff'fffe;
    return static_cast<std::uint32_t>(n < 0 || n > nowhere ? nowhere : n);
}

std::vector<detail::GrownNode> grown(const IsolationTree& tree, std::size_t number) {
    std::vector<detail::GrownNode> nodes(size_of(tree, number));
    std::vector<double> depth(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto samples = static_cast<double>(tree.n_node_samples[i]);
        if (samples < 1)
            fail(where, "n_node_samples of tree " + std::to_string(number), samples, "at least 1");
        nodes[i].value = depth[i] + detail::average_path_length(samples);
        if (tree.children_left[i] < 0 && tree.children_right[i] < 0) continue;
        nodes[i].threshold = tree.threshold[i];
        nodes[i].feature = place(tree.feature[i]);
        nodes[i].left = place(tree.children_left[i]);
        nodes[i].right = place(tree.children_right[i]);
        for (const std::uint32_t child : {nodes[i].left, nodes[i].right})
            if (child < depth.size()) depth[child] = depth[i] + 1;
    }
    return nodes;
}

detail::TreeNodes packed(std::span<const IsolationTree> trees, std::size_t dimension) {
    detail::TreeNodes nodes{dimension};
    for (std::size_t i = 0; i < trees.size(); ++i) nodes.add(where, grown(trees[i], i));
    return nodes;
}

}  // namespace

IsolationForestModel::IsolationForestModel(std::span<const IsolationTree> trees, std::size_t dimension,
                                           std::size_t sample_size, ScoreCalibration calibration)
    : IsolationForestModel{packed(trees, dimension), sample_size, std::move(calibration)} {}

IsolationForestModel::IsolationForestModel(detail::TreeNodes nodes, std::size_t sample_size,
                                           ScoreCalibration calibration)
    : nodes_{std::move(nodes)}, sample_size_{sample_size}, calibration_{std::move(calibration)} {
    check(nodes_, sample_size_);
    const double expected = detail::average_path_length(static_cast<double>(sample_size_));
    scale_ = expected > 0 ? -1 / (expected * static_cast<double>(trees())) : 0;
}

IsolationForestModel IsolationForestModel::calibrated(ScoreCalibration calibration) const {
    return {nodes_, sample_size_, std::move(calibration)};
}

bool IsolationForestModel::usable(const Row& row) const noexcept {
    return row.size() == dimension() && all_finite(row);
}

Score IsolationForestModel::score_of(double path_lengths) const noexcept {
    if (sample_size_ < 2) return {0.5, Status::ok};  // one row is as far from itself as from anything
    return {std::exp2(path_lengths * scale_), Status::ok};
}

Score IsolationForestModel::score(const Row& row) const noexcept {
    if (!usable(row)) return {0, Status::bad_input};
    return score_of(detail::sum_leaves(nodes_, row.data()));
}

void IsolationForestModel::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension()) return;
    constexpr std::size_t block = detail::walker_block;
    const float* begins[block];
    std::size_t places[block];
    double sums[block];
    for (std::size_t next = 0; next < count;) {
        std::size_t size = 0;
        for (; next < count && size < block; ++next) {
            if (!all_finite(rows.row(next))) continue;
            begins[size] = rows.row(next).data();
            places[size++] = next;
        }
        detail::sum_leaves(nodes_, {begins, size}, {sums, size});
        for (std::size_t i = 0; i < size; ++i) out[places[i]] = score_of(sums[i]);
    }
}

Score IsolationForestModel::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (!usable(row) || shares.size() != row.size()) return {0, Status::bad_input};
    for (std::size_t tree = 0; tree < trees(); ++tree)
        detail::for_each_split(nodes_, tree, row.data(), [&](const auto& parent, const auto& child) {
            shares[parent.feature] += static_cast<double>(parent.value) - static_cast<double>(child.value);
        });
    constexpr double rounding = 1e-12;
    double sum = 0;
    for (double& share : shares) sum += share = std::max(share, 0.0);
    if (sum < rounding) {
        std::fill(shares.begin(), shares.end(), 1.0);
        sum = static_cast<double>(shares.size());
    }
    const Score all = score(row);
    for (double& share : shares) share *= all.value / sum;
    return all;
}

void IsolationForestModel::write(ByteWriter& writer) const {
    writer.u64(dimension());
    writer.u64(sample_size_);
    nodes_.write(writer);
    write_object(writer, calibration_);
}

IsolationForestModel IsolationForestModel::read(ByteReader& reader, std::uint16_t) try {
    const std::uint64_t dimension = reader.u64(), sample_size = reader.u64();
    if (dimension > detail::max_model_dimension || sample_size > max_sample_size)
        fail_format(where, "too many features or rows");
    auto nodes = detail::TreeNodes::read(where, reader, static_cast<std::size_t>(dimension));
    auto calibration = read_object<ScoreCalibration>(reader);
    return {std::move(nodes), static_cast<std::size_t>(sample_size), std::move(calibration)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
