// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/class_trees.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "models/forest_walker.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

/// Places of a tree's nodes in the order that `TreeNodes` packs them in.
std::vector<std::uint32_t> breadth_first(std::span<const GrownNode> tree) {
    std::vector<std::uint32_t> order{0};
    order.reserve(tree.size() + 1);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const GrownNode& node = tree[order[i]];
        if (node.left == 0 && node.right == 0) continue;
        order.push_back(node.left);
        order.push_back(node.right);
    }
    return order;
}

}  // namespace

void ClassTrees::add(std::string_view where, std::vector<GrownNode> tree, std::span<const double> weights) {
    std::vector<double> total(tree.size());
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const auto of_node = weights.subspan(i * classes_, classes_);
        const double others = std::accumulate(of_node.begin() + 1, of_node.end(), 0.0);
        total[i] = of_node[0] + others;
        tree[i].value = others / total[i];
    }
    nodes_.add(where, tree);
    if (classes_ == 2) return;
    for (const std::uint32_t at : breadth_first(tree))
        for (std::size_t c = 1; c < classes_; ++c)
            shares_.push_back(static_cast<float>(weights[at * classes_ + c] / total[at]));
}

bool ClassTrees::usable(const Row& row) const noexcept {
    return row.size() == dimension() && all_finite(row);
}

double ClassTrees::mean_of(double sum) const noexcept {
    return std::min(sum / static_cast<double>(trees()), 1.0);
}

double ClassTrees::anomalous(const float* row) const noexcept {
    if (trees() == 1) return static_cast<double>(nodes_.nodes()[leaf_of(nodes_, 0, row)].value);
    return mean_of(sum_leaves(nodes_, row));
}

Score ClassTrees::score(const Row& row) const noexcept {
    if (!usable(row)) return {0, Status::bad_input};
    return {anomalous(row.data()), Status::ok};
}

void ClassTrees::score_batch(MatrixView rows, std::span<Score> out) const noexcept {
    const std::size_t count = std::min(rows.rows(), out.size());
    std::fill_n(out.begin(), count, Score{0, Status::bad_input});
    if (rows.cols() != dimension()) return;
    constexpr std::size_t block = walker_block;
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
        sum_leaves(nodes_, {begins, size}, {sums, size});
        for (std::size_t i = 0; i < size; ++i) out[places[i]] = {mean_of(sums[i]), Status::ok};
    }
}

void ClassTrees::shares_of(const float* row, double score, std::span<double> out) const noexcept {
    std::fill(out.begin(), out.end(), 0.0);
    out[0] = 1 - score;
    if (shares_.empty()) {
        out[1] = score;
        return;
    }
    const std::size_t others = classes_ - 1;
    for (std::size_t tree = 0; tree < trees(); ++tree) {
        const float* leaf = shares_.data() + others * leaf_of(nodes_, tree, row);
        for (std::size_t c = 0; c < others; ++c) out[c + 1] += static_cast<double>(leaf[c]);
    }
    for (std::size_t c = 1; c < classes_; ++c) out[c] = mean_of(out[c]);
}

Score ClassTrees::probabilities(const Row& row, std::span<double> out) const noexcept {
    std::fill(out.begin(), out.end(), 0.0);
    const Score found = score(row);
    if (found.status != Status::ok || out.size() != classes_) return {0, Status::bad_input};
    shares_of(row.data(), found.value, out);
    return found;
}

std::optional<std::size_t> ClassTrees::predict(const Row& row) const noexcept {
    double shares[max_classes];
    const std::span<double> all{shares, classes_};
    if (probabilities(row, all).status != Status::ok) return std::nullopt;
    return static_cast<std::size_t>(std::max_element(all.begin(), all.end()) - all.begin());
}

Score ClassTrees::attribute(const Row& row, std::span<double> shares) const noexcept {
    std::fill(shares.begin(), shares.end(), 0.0);
    if (!usable(row) || shares.size() != row.size()) return {0, Status::bad_input};
    for (std::size_t tree = 0; tree < trees(); ++tree)
        for_each_split(nodes_, tree, row.data(), [&](const auto& parent, const auto& child) {
            shares[parent.feature] += static_cast<double>(child.value) - static_cast<double>(parent.value);
        });
    constexpr double rounding = 1e-12;
    double sum = 0;
    for (double& share : shares) sum += share = std::max(share, 0.0);
    if (sum < rounding) {
        std::fill(shares.begin(), shares.end(), 1.0);
        sum = static_cast<double>(shares.size());
    }
    const Score all{anomalous(row.data()), Status::ok};
    for (double& share : shares) share *= all.value / sum;
    return all;
}

void ClassTrees::write(ByteWriter& writer) const {
    writer.u64(dimension());
    writer.u64(classes_);
    nodes_.write(writer);
    writer.f32s(shares_);
}

bool ClassTrees::plausible() const noexcept {
    const auto is_share = [](float x) { return is_finite(x) && x >= 0 && x <= 1; };
    const auto nodes = nodes_.nodes();
    const std::size_t others = classes_ - 1;
    if (trees() < 1 || trees() > max_trees) return false;
    if (!std::all_of(nodes.begin(), nodes.end(), [&](const TreeNode& node) { return is_share(node.value); }))
        return false;
    if (classes_ == 2) return shares_.empty();
    if (shares_.size() != nodes.size() * others) return false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::span<const float> of_node{shares_.data() + i * others, others};
        if (!std::all_of(of_node.begin(), of_node.end(), is_share)) return false;
        const float sum = std::accumulate(of_node.begin(), of_node.end(), 0.0F);
        if (std::abs(sum - nodes[i].value) > 1e-4F) return false;
    }
    return true;
}

ClassTrees ClassTrees::read(std::string_view where, ByteReader& reader) {
    const std::uint64_t dimension = reader.u64(), classes = reader.u64();
    if (dimension < 1 || dimension > max_model_dimension) fail_format(where, "no or too many features");
    if (classes < 2 || classes > max_classes) fail_format(where, "too few or too many classes");
    ClassTrees trees{static_cast<std::size_t>(dimension), static_cast<std::size_t>(classes)};
    trees.nodes_ = TreeNodes::read(where, reader, trees.dimension());
    trees.shares_ = reader.f32s();
    if (!trees.plausible()) fail_format(where, "shares that are not those of classes");
    return trees;
}

}  // namespace sonde::detail
