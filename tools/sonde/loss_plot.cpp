// SPDX-License-Identifier: Apache-2.0
#include "loss_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

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

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else
            out += c;
    }
    return out;
}

/// Collects the elements of a picture.
class Svg {
public:
    void line(double x1, double y1, double x2, double y2, std::string_view colour, double stroke = 1) {
        append(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"/>)", x1,
               y1, x2, y2, colour, stroke);
    }
    void text(double x, double y, std::string_view anchor, std::string_view words,
              std::string_view more = {}) {
        append(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>)", x, y, anchor, more,
               escaped(words));
    }
    void circle(double x, double y, std::string_view colour) {
        append(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="white" stroke="{}" stroke-width="2"/>)", x, y,
               colour);
    }
    /// \param points  as the attribute has them: `1,2 3,4`
    void polyline(std::string_view points, std::string_view colour) {
        append(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2" stroke-linejoin="round"/>)",
               points, colour);
    }
    [[nodiscard]] std::string finish() const {
        return fmt::format(
            R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}")"
            R"( font-family="system-ui, Helvetica, Arial, sans-serif" font-size="12" fill="#555">)"
            "\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n{2}</svg>\n",
            width, height, elements_);
    }

private:
    template <class... Args>
    void append(fmt::format_string<Args...> pattern, Args&&... args) {
        fmt::format_to(std::back_inserter(elements_), pattern, std::forward<Args>(args)...);
        elements_ += '\n';
    }
    std::string elements_;
};

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

/// Where the validation loss is the least: the dot of the picture and its legend.
void draw_best(Svg& svg, const std::vector<EpochLosses>& history, const Axis& epochs, const Axis& losses,
               std::string_view colour) {
    const auto less = [](const auto& a, const auto& b) { return a.validation < b.validation; };
    const auto best = std::min_element(history.begin(), history.end(), less);
    const auto epoch = static_cast<double>(best - history.begin() + 1);
    svg.circle(epochs.x(epoch), losses.y(best->validation), colour);
    svg.circle(right - 152, 26, colour);
    svg.text(right - 140, 30, "start", fmt::format("best: {:.3g} in epoch {:.0f}", best->validation, epoch));
}

void draw_legend(Svg& svg, bool held_out) {
    double x = right - (held_out ? 370 : 270);
    for (const auto& [words, colour] :
         {std::pair{"training", training_colour}, std::pair{"held out", held_out_colour}}) {
        svg.line(x, 26, x + 22, 26, colour, 2);
        svg.text(x + 29, 30, "start", words);
        if (!held_out) break;
        x += 100;
    }
}

}  // namespace

std::vector<double> linear_ticks(double low, double high, std::size_t most) {
    const double power = std::pow(10, std::floor(std::log10((high - low) / static_cast<double>(most))));
    double step = 0, first = 0, last = 0;
    for (const double times : {1, 2, 5, 10, 20}) {  // the least step that makes few enough
        step = times * power;
        first = std::ceil(low / step - 1e-9);
        last = std::floor(high / step + 1e-9);
        if (last - first < static_cast<double>(most)) break;
    }
    std::vector<double> ticks;
    for (double i = first; i <= last; ++i) ticks.push_back(i == 0 ? 0 : i * step);  // no -0
    return ticks;
}

std::vector<double> log_ticks(double low, double high) {
    std::vector<double> all, powers;
    const auto first = static_cast<int>(std::floor(std::log10(low)));
    const auto last = static_cast<int>(std::ceil(std::log10(high)));
    for (int exponent = first; exponent <= last; ++exponent)
        for (const double times : {1.0, 2.0, 5.0}) {
            const double tick = times * std::pow(10, exponent);
            if (tick < low || tick > high) continue;
            all.push_back(tick);
            if (times < 1.5) powers.push_back(tick);
        }
    return all.size() > 9 ? powers : all;
}

std::string loss_plot(const std::vector<EpochLosses>& history, std::string_view title) {
    const Axis epochs{1, std::max(2.0, static_cast<double>(history.size()))};
    const Axis losses = loss_axis(history);
    const bool held_out = std::any_of(history.begin(), history.end(), [](const EpochLosses& epoch) {
        return epoch.training != epoch.validation;
    });
    Svg svg;
    svg.text(left, 31, "start", title, R"( font-size="16" fill="#222")");
    draw_axes(svg, epochs, losses);
    draw_losses(svg, history, epochs, losses, &EpochLosses::training, training_colour);
    if (held_out) draw_losses(svg, history, epochs, losses, &EpochLosses::validation, held_out_colour);
    if (!history.empty())
        draw_best(svg, history, epochs, losses, held_out ? held_out_colour : training_colour);
    draw_legend(svg, held_out);
    return svg.finish();
}

}  // namespace sonde::tool
