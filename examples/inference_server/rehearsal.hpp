// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "foreign.hpp"
#include "inputs.hpp"

namespace demo {

/// How well the input detector tells foreign images from usual ones that it has not seen.
struct Rehearsal {
    struct Kind {
        Foreign kind;
        double auroc = 0;         ///< chance that a foreign image scores higher than a usual one
        double flagged = 0;       ///< share of the foreign images
        CellShares main_cells{};  ///< share of the flagged ones in which a cell is a main one
    };
    double false_alarms = 0;  ///< share of the usual images that are flagged
    std::vector<Kind> kinds;
};

/// Shows it every usual image, and one of each kind for each. Changes nothing.
/// \param usual  images that it was not trained on, at least one
[[nodiscard]] Rehearsal rehearse(const InputDetector& detector, std::span<const Image> usual,
                                 const ForeignImages& foreign);

/// The table that the demo begins with.
[[nodiscard]] std::string to_table(const Rehearsal& rehearsal);

}  // namespace demo
