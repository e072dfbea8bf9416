// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonde::detail {

/// The training rows that count: finite, each with a weight above 0. Looks at memory that somebody else owns.
struct Sample {
    std::vector<const float*> rows;
    std::vector<double> weights;
    std::size_t dimension = 0;
};

/// Lloyd's iteration with Hamerly's bounds: a row whose distance to its centre is below `lower`, what all other
/// centres are away at least, or below half of the way from its centre to the next one keeps its centre.
class Lloyd {
public:
    /// \param centres  row after row
    Lloyd(const Sample& sample, std::vector<double> centres);

    /// Gives every row to its nearest centre. \returns true when a row changed its centre
    bool assign();
    /// Moves the centres to the mean of their rows. \returns the sum of their squared shifts
    double move();

    [[nodiscard]] const std::vector<double>& centres() const noexcept { return centres_; }
    /// Weighted squared distances of the rows to the centres they were given.
    [[nodiscard]] double inertia() const;

private:
    [[nodiscard]] double distance(std::size_t row, std::size_t centre) const;
    void find_gaps();
    void search(std::size_t row);
    void relocate_empty(std::vector<double>& sums, std::vector<double>& weights) const;
    [[nodiscard]] double finish_move(const std::vector<double>& before);

    const Sample& sample_;
    std::size_t clusters_;
    std::vector<double> centres_;
    std::vector<std::uint32_t> labels_;
    std::vector<double> upper_, lower_;  // of the distance to the own and to the second nearest centre
    std::vector<double> gaps_;           // per centre: half the distance to the centre next to it
    bool first_ = true;
};

}  // namespace sonde::detail
