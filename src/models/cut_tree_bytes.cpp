// SPDX-License-Identifier: Apache-2.0
// A tree as bytes: free places too, so that what is read back goes on alike.
#include <algorithm>

#include "models/cut_kernel.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/cut_tree.hpp"

namespace sonde::detail {

std::size_t CutTree::written_size(std::size_t capacity, std::size_t dimension) noexcept {
    return 8 + capacity * (12 + 4 * dimension) + (capacity - 1) * 16;
}

void CutTree::write(ByteWriter& writer) const {
    writer.u32(static_cast<std::uint32_t>(size_));
    writer.u32(root_);
    for (const double key : keys_) writer.f64(key);
    for (const std::uint32_t leaf : leaf_of_) writer.u32(leaf);
    for (std::size_t i = keys_.size(); i < nodes_.size(); ++i) {
        writer.u32(nodes_[i].left);
        writer.u32(nodes_[i].right);
        writer.u32(nodes_[i].feature);
        writer.f32(nodes_[i].cut);
    }
    for (const float value : rows_) writer.f32(value);
}

void CutTree::read(std::string_view where, ByteReader& reader) {
    size_ = reader.u32();
    root_ = reader.u32();
    for (double& key : keys_) key = reader.finite();
    for (std::uint32_t& leaf : leaf_of_) leaf = reader.u32();
    std::fill(nodes_.begin(), nodes_.end(), Node{});
    for (std::size_t i = keys_.size(); i < nodes_.size(); ++i) {
        nodes_[i].left = reader.u32();
        nodes_[i].right = reader.u32();
        nodes_[i].feature = reader.u32();
        nodes_[i].cut = reader.f32();
    }
    for (float& value : rows_) value = reader.f32();
    if (size_ > keys_.size()) fail_format(where, "more rows than a sample has");
    if (!all_finite(rows_)) fail_format(where, "a row that is not finite");
    if (size_ > 0)
        derive(where);
    else
        root_ = none;
}

/// The nodes below the root, parents first, each once.
std::vector<std::uint32_t> CutTree::walk(std::string_view where) const {
    std::vector<std::uint32_t> order{root_};
    order.reserve(nodes_.size());
    std::vector<bool> seen(nodes_.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t at = order[i];
        if (at >= nodes_.size() || seen[at]) fail_format(where, "nodes that are no tree");
        seen[at] = true;
        if (is_leaf(at)) continue;
        order.push_back(nodes_[at].left);
        order.push_back(nodes_[at].right);
    }
    return order;
}

/// Parents, masses and boxes, from the children up; checks that every cut parts the rows below it.
void CutTree::derive(std::string_view where) {
    largest_key_ = *std::max_element(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(size_));
    for (std::size_t entry = 0; entry < size_; ++entry) {
        if (leaf_of_[entry] >= keys_.size()) fail_format(where, "a row without a leaf");
        ++nodes_[leaf_of_[entry]].mass;
    }
    const std::vector<std::uint32_t> order = walk(where);
    for (std::size_t i = order.size(); i-- > 0;) {
        const std::uint32_t at = order[i];
        Node& node = nodes_[at];
        if (is_leaf(at)) {
            if (node.mass == 0) fail_format(where, "a leaf without a row");
            continue;
        }
        nodes_[node.left].parent = nodes_[node.right].parent = at;
        node.mass = nodes_[node.left].mass + nodes_[node.right].mass;
        if (node.feature >= dimension_ || !is_finite(node.cut) ||
            box(node.left).high[node.feature] > node.cut || box(node.right).low[node.feature] <= node.cut)
            fail_format(where, "a cut that does not part its rows");
        static_cast<void>(unite(at));
    }
    if (nodes_[root_].mass != size_) fail_format(where, "rows outside of the tree");
}

}  // namespace sonde::detail
