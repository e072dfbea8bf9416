// SPDX-License-Identifier: Apache-2.0
#include "loss_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "svg.hpp"
#include "ticks.hpp"

namespace sonde::tool {
namespace {

constexpr double width = 720, height = 420;
constexpr double left = 78, right = width - 26, top = 52, bottom = height - 58;
constexpr std::string_view training_colour = "#2f6fa8", held_out_colour = "#d2691e";

using Losses = double EpochLosses::*;

/// Where a value is between two ends: 0 to 1.
struct Axis {
    double low, high;
    bool logarithmic = false;

    [[nodiscard]] double share(double value) const {
        if (logarithmic) return std::log(value / low) / std::log(high / low);
        return (value - low) / (high - low);
    }
    [[nodiscard]] double x(double value) const { return left + (right - left) * share(value); }
    [[nodiscard]] double y(double value) const { return bottom - (bottom - top) * share(value); }
};

Axis loss_axis(const std::vector<EpochLosses>& history) {
    if (history.empty()) return {0, 1};
    double least = history[0].training, largest = least;
    for (const EpochLosses& losses : history)
        for (const double loss : {losses.training, losses.validation}) {
            least = std::min(least, loss);
            largest = std::max(largest, loss);
        }
    if (least > 0 && largest > 20 * least) return {least / 1.15, largest * 1.15, true};
    const double room = largest > least ? 0.06 * (largest - least) : std::max(0.1 * std::abs(least), 1e-9);
    return {least >= 0 ? std::max(0.0, least - room) : least - room, largest + room};
}

void draw_axes(Svg& svg, const Axis& epochs, const Axis& losses) {
    const auto ticks =
        losses.logarithmic ? log_ticks(losses.low, losses.high) : linear_ticks(losses.low, losses.high, 7);
    for (const double tick : ticks) {
        svg.line(left, losses.y(tick), right, losses.y(tick), "#e4e4e4");
        svg.text(left - 8, losses.y(tick) + 4, "end", fmt::format("{:.6g}", tick));
    }
    for (const double tick : linear_ticks(epochs.low, epochs.high, 11)) {
        if (tick != std::floor(tick)) continue;
        svg.line(epochs.x(tick), bottom, epochs.x(tick), bottom + 5, "#999");
        svg.text(epochs.x(tick), bottom + 19, "middle", fmt::format("{:.0f}", tick));
    }
    svg.line(left, bottom, right, bottom, "#999");
    svg.text((left + right) / 2, height - 14, "middle", "epoch");
    svg.text(0, 0, "middle", losses.logarithmic ? "loss (logarithmic)" : "loss",
             fmt::format(R"x( transform="translate(20 {:.1f}) rotate(-90)")x", (top + bottom) / 2));
}

void draw_losses(Svg& svg, const std::vector<EpochLosses>& history, const Axis& epochs, const Axis& losses,
                 Losses which, std::string_view colour) {
    const std::size_t stride = history.size() / 2000 + 1;  // a picture has no more columns
    std::string points;
    for (std::size_t i = 0; i < history.size(); i += stride)
        points +=
            fmt::format("{:.1f},{:.1f} ", epochs.x(static_cast<double>(i + 1)), losses.y(history[i].*which));
    if (!points.empty()) points.pop_back();
    svg.polyline(points, colour);
}

/// Entries from the right end to the left, so that the longest one finds room.
class Legend {
public:
    explicit Legend(Svg& svg) : svg_{svg} {}

    void line(std::string_view words, std::string_view colour) {
        const double start = write(words);
        svg_.line(start - 29, 26, start - 7, 26, colour, 2);
        end_ = start - 53;
    }
    void dot(std::string_view words, std::string_view colour) {
        const double start = write(words);
        svg_.circle(start - 12, 26, colour);
        end_ = start - 41;
    }

private:
    /// \returns where the words begin, about: fonts differ
    double write(std::string_view words) {
        svg_.text(end_, 30, "end", words);
        return end_ - 6.6 * static_cast<double>(words.size());
    }
    Svg& svg_;
    double end_ = right;
};

/// A dot where the validation loss is the least, and the legend.
void draw_best(Svg& svg, const std::vector<EpochLosses>& history, const Axis& epochs, const Axis& losses,
               bool held_out) {
    const auto colour = held_out ? held_out_colour : training_colour;
    Legend legend{svg};
    if (!history.empty()) {
        const auto less = [](const auto& a, const auto& b) { return a.validation < b.validation; };
        const auto best = std::min_element(history.begin(), history.end(), less);
        const auto epoch = static_cast<double>(best - history.begin() + 1);
        svg.circle(epochs.x(epoch), losses.y(best->validation), colour);
        legend.dot(fmt::format("best: {:.3g} in epoch {:.0f}", best->validation, epoch), colour);
    }
    if (held_out) legend.line("held out", held_out_colour);
    legend.line("training", training_colour);
}

}  // namespace

std::string loss_plot(const std::vector<EpochLosses>& history, std::string_view title) {
    const Axis epochs{1, std::max(2.0, static_cast<double>(history.size()))};
    const Axis losses = loss_axis(history);
    const bool held_out = std::any_of(history.begin(), history.end(), [](const EpochLosses& epoch) {
        return epoch.training != epoch.validation;
    });
    Svg svg{width, height};
    svg.text(left, 31, "start", title, R"( font-size="16" fill="#222")");
    draw_axes(svg, epochs, losses);
    draw_losses(svg, history, epochs, losses, &EpochLosses::training, training_colour);
    if (held_out) draw_losses(svg, history, epochs, losses, &EpochLosses::validation, held_out_colour);
    draw_best(svg, history, epochs, losses, held_out);
    return svg.finish();
}

}  // namespace sonde::tool
