// SPDX-License-Identifier: Apache-2.0
#include "rehearsal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace demo {
namespace {

// Hanley, McNeil: The meaning and use of the area under a ROC curve, Radiology 143, 1982: ties count half.
double area_under_curve(const std::vector<double>& usual_ascending, const std::vector<double>& foreign) {
    double lower = 0;
    for (const double score : foreign) {
        const auto [first, last] = std::equal_range(usual_ascending.begin(), usual_ascending.end(), score);
        lower +=
            0.5 * static_cast<double>((first - usual_ascending.begin()) + (last - usual_ascending.begin()));
    }
    return lower / static_cast<double>(usual_ascending.size() * foreign.size());
}

struct Shown {
    std::vector<double> scores{};
    double flagged = 0;
    CellShares main_cells{};
};

template <class ImageOf>
Shown show(const InputDetector& detector, std::size_t count, ImageOf image_of) {
    Shown shown;
    for (std::size_t i = 0; i < count; ++i) {
        const InputVerdict seen = detector.judge(image_of(i));
        shown.scores.push_back(seen.verdict.score.value);
        if (!seen.verdict.anomalous) continue;
        ++shown.flagged;
        const Cells cells = main_cells(seen.where);
        for (std::size_t cell = 0; cell < cell_count; ++cell) shown.main_cells[cell] += cells[cell] ? 1 : 0;
    }
    for (double& cell : shown.main_cells) cell /= std::max(shown.flagged, 1.0);
    shown.flagged /= static_cast<double>(count);
    return shown;
}

}  // namespace

Rehearsal rehearse(const InputDetector& detector, std::span<const Image> usual,
                   const ForeignImages& foreign) {
    Shown known = show(detector, usual.size(), [&](std::size_t i) { return usual[i]; });
    std::sort(known.scores.begin(), known.scores.end());
    Rehearsal result{.false_alarms = known.flagged, .kinds = {}};
    sonde::Rng rng{1};
    for (const Foreign kind : foreign_kinds) {
        const Shown shown =
            show(detector, usual.size(), [&](std::size_t i) { return foreign.make(kind, usual[i], rng); });
        result.kinds.push_back(
            {kind, area_under_curve(known.scores, shown.scores), shown.flagged, shown.main_cells});
    }
    return result;
}

std::string to_table(const Rehearsal& rehearsal) {
    std::string table = fmt::format("{:<14}{:>7}{:>11}\n", "images", "AUROC", "flagged");
    table += fmt::format("{:<14}{:>7}{:>9.1f} %\n", "usual, unseen", "-", 100 * rehearsal.false_alarms);
    for (const auto& kind : rehearsal.kinds)
        table += fmt::format("{:<14}{:>7.3f}{:>9.1f} %\n", name(kind.kind), kind.auroc, 100 * kind.flagged);
    table += fmt::format(
        "of the flagged ones, % in which a cell of {0} x {0} pixels is one of the few that hold half of the "
        "error:\n",
        cell_side);
    const auto add_line = [&](auto text_of) {
        std::string line;
        for (const auto& kind : rehearsal.kinds) line += fmt::format("{:<22}", text_of(kind));
        table += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    };
    add_line([](const auto& kind) { return std::string{name(kind.kind)}; });
    for (std::size_t row = 0; row < grid; ++row)
        add_line([row](const auto& kind) { return map_row(kind.main_cells, row); });
    return table;
}

}  // namespace demo
