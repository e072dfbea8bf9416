// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/rng.hpp"

namespace sonde::detail {

struct CutBox;

/// One tree of a `RandomCutForest`: random cuts through a bounded sample of the stream, of which single rows come
/// and go. Equal rows share a leaf. Rows are finite, have `dimension` features, and are not checked.
///
/// Guha, Mishra, Roy, Schrijvers: Robust random cut forest based anomaly detection on streams, ICML 2016: a box is
/// cut in a feature drawn in proportion to its (weighted) sides, at a place drawn uniformly. A row put in, or taken
/// out, as in the paper leaves a tree of the same distribution as one cut through the new sample.
/// All memory is taken at construction. Threading: single-writer.
class CutTree {
public:
    CutTree(std::size_t capacity, std::size_t dimension);

    /// Rows of the sample.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// True when a row of this key belongs to the sample: there is room, or one of a larger key.
    [[nodiscard]] bool wants(double key) const noexcept { return size_ < keys_.size() || key < largest_key_; }
    /// Puts a row into the sample, if need be in place of the one with the largest key.
    /// Cost: O(dimension x depth + capacity), the depth below the capacity.
    /// \param weights  one above 0 per feature: what a side of a box is multiplied by
    void put(const float* row, double key, const double* weights, Rng& rng) noexcept;

    /// The displacement to expect of the row, as a share of the sample; see `RandomCutForest`. 0 without a sample.
    /// Cost: O(dimension x depth).
    /// \param credits  not null: one per feature, which its part of the displacement is added to
    [[nodiscard]] double displacement(const float* row, const double* weights,
                                      double* credits) const noexcept;

    /// Sample's largest value of a feature less its smallest, and the smallest. The sample is not empty.
    [[nodiscard]] double range(std::size_t feature) const noexcept;
    [[nodiscard]] double least(std::size_t feature) const noexcept;

    void write(ByteWriter& writer) const;
    /// Bytes that write() makes: about a third of the memory that a tree takes.
    [[nodiscard]] static std::size_t written_size(std::size_t capacity, std::size_t dimension) noexcept;
    /// Takes the place of what the tree holds. \throws FormatError  not a tree of this capacity and dimension
    void read(std::string_view where, ByteReader& reader);

private:
    static constexpr std::uint32_t none = 0xffff'ffff;
    struct Node {
        std::uint32_t parent = none;
        std::uint32_t left = none, right = none;  // of a leaf nothing
        std::uint32_t mass = 0;                   // rows of the sample below; 0: the place is free
        std::uint32_t feature = 0;                // a row with row[feature] <= cut belongs to the left
        float cut = 0;
    };

    [[nodiscard]] bool is_leaf(std::uint32_t node) const noexcept { return node < keys_.size(); }
    [[nodiscard]] std::uint32_t& child_place(std::uint32_t parent, std::uint32_t child) noexcept;
    [[nodiscard]] CutBox box(std::uint32_t node) const noexcept;
    void fetch(std::uint32_t node) const noexcept;
    [[nodiscard]] float* own_box(std::uint32_t node) noexcept;
    [[nodiscard]] std::uint32_t free_place(std::size_t first, std::size_t last) const noexcept;
    void insert(std::uint32_t entry, const float* row, const double* weights, Rng& rng) noexcept;
    void remove(std::uint32_t entry) noexcept;
    std::uint32_t split(std::uint32_t node, const float* row, const double* weights, double at,
                        Rng& rng) noexcept;
    bool unite(std::uint32_t node) noexcept;
    void derive(std::string_view where);
    [[nodiscard]] std::vector<std::uint32_t> walk(std::string_view where) const;

    std::size_t dimension_, size_ = 0;
    std::uint32_t root_ = none;
    std::vector<double> keys_;            // per entry of the sample
    double largest_key_ = 0;              // derived
    std::vector<std::uint32_t> leaf_of_;  // per entry
    std::vector<Node> nodes_;             // leaves at 0, 1, ..., capacity - 1, cuts behind them
    std::vector<float> rows_;             // per leaf
    std::vector<float> boxes_;            // derived; per cut the lows, then the highs
};

}  // namespace sonde::detail
