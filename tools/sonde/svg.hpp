// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace sonde::tool {

/// As text of an element.
[[nodiscard]] inline std::string escaped(std::string_view text) {
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

/// Collects the elements of a picture (SVG 1.1, https://www.w3.org/TR/SVG11/).
/// Threading: single-writer.
class Svg {
public:
    Svg(double width, double height) : width_{width}, height_{height} {}

    void line(double x1, double y1, double x2, double y2, std::string_view colour, double stroke = 1) {
        append(R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{}"/>)", x1,
               y1, x2, y2, colour, stroke);
    }
    /// \param anchor  `start`, `middle` or `end`: where in the words x is.  \param more  attributes, with a space each
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
    /// All of the file.
    [[nodiscard]] std::string finish() const {
        return fmt::format(
            R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}")"
            R"( font-family="system-ui, Helvetica, Arial, sans-serif" font-size="12" fill="#555">)"
            "\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n{2}</svg>\n",
            width_, height_, elements_);
    }

private:
    template <class... Args>
    void append(fmt::format_string<Args...> pattern, Args&&... args) {
        fmt::format_to(std::back_inserter(elements_), pattern, std::forward<Args>(args)...);
        elements_ += '\n';
    }
    double width_, height_;
    std::string elements_;
};

}  // namespace sonde::tool
