// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/models/tree_nodes.hpp"

namespace sonde::detail {

/// Trees whose nodes hold shares of classes: what a decision tree and a random forest say, in one place. Class 0 is
/// what is normal; the value of a node is the share of all others. Threading: immutable but for `add`.
class ClassTrees {
public:
    static constexpr std::size_t max_classes = 256, max_trees = std::size_t{1} << 20;

    ClassTrees(std::size_t dimension, std::size_t classes) noexcept : nodes_{dimension}, classes_{classes} {}

    /// \param tree     its values are set here
    /// \param weights  of the classes, `classes()` of them for each node of the tree; their sum is above 0
    /// \throws std::invalid_argument  as `TreeNodes::add`
    void add(std::string_view where, std::vector<GrownNode> tree, std::span<const double> weights);

    /// The mean over the trees of the shares of the leaves that the row ends in: of all classes but class 0.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept;
    /// Of each class; zeros where there is no score. \returns  the score; bad_input also for another size of `out`
    Score probabilities(const Row& row, std::span<double> out) const noexcept;
    /// The class with the highest probability, the first of equals; none where there is no score.
    [[nodiscard]] std::optional<std::size_t> predict(const Row& row) const noexcept;
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] const TreeNodes& nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::size_t trees() const noexcept { return nodes_.trees().size(); }
    [[nodiscard]] std::size_t dimension() const noexcept { return nodes_.dimension(); }
    [[nodiscard]] std::size_t classes() const noexcept { return classes_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not trees of classes
    [[nodiscard]] static ClassTrees read(std::string_view where, ByteReader& reader);

private:
    [[nodiscard]] bool usable(const Row& row) const noexcept;
    [[nodiscard]] double mean_of(double sum) const noexcept;
    [[nodiscard]] double anomalous(const float* row) const noexcept;
    void shares_of(const float* row, double score, std::span<double> out) const noexcept;
    [[nodiscard]] bool plausible() const noexcept;

    TreeNodes nodes_;
    std::size_t classes_;
    std::vector<float>
        shares_;  // at each node those of classes 1, 2 ...; empty for two classes: the node's value
};

}  // namespace sonde::detail
