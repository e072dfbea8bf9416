// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "sonde/core/function_ref.hpp"

namespace sonde::detail {

/// A point of at most four coordinates.
using SmallPoint = std::array<double, 4>;

/// Where a function of n coordinates is small, by a simplex that crawls downhill: reflection 1, expansion 2,
/// contraction and shrinking 1/2 (Nelder, Mead, The Computer Journal 7, 1965).
/// \param step  the first simplex' side.  \param evaluations  about how often the function is asked.  No allocation.
inline SmallPoint nelder_mead(FunctionRef<double(const SmallPoint&)> f, std::size_t n, SmallPoint start,
                              double step, std::size_t evaluations) {
    struct Vertex {
        SmallPoint at;
        double value;
    };
    std::array<Vertex, 5> simplex{};
    for (std::size_t i = 0; i <= n; ++i) {
        simplex[i].at = start;
        if (i > 0) simplex[i].at[i - 1] += step;
        simplex[i].value = f(simplex[i].at);
    }
    const auto end = simplex.begin() + static_cast<std::ptrdiff_t>(n) + 1;
    const auto by_value = [](const Vertex& a, const Vertex& b) { return a.value < b.value; };
    for (std::size_t asked = n + 1; asked < evaluations;) {
        std::sort(simplex.begin(), end, by_value);
        Vertex& worst = simplex[n];
        SmallPoint centre{};
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) centre[j] += simplex[i].at[j] / static_cast<double>(n);
        // Beyond the centre by `by` times the worst one's distance.
        const auto beyond = [&](double by) {
            Vertex vertex{centre, 0};
            for (std::size_t j = 0; j < n; ++j) vertex.at[j] += by * (centre[j] - worst.at[j]);
            ++asked;
            return vertex.value = f(vertex.at), vertex;
        };
        const Vertex reflected = beyond(1);
        if (reflected.value < simplex[0].value) {
            const Vertex expanded = beyond(2);
            worst = expanded.value < reflected.value ? expanded : reflected;
        } else if (reflected.value < simplex[n - 1].value) {
            worst = reflected;
        } else {
            const Vertex contracted = beyond(reflected.value < worst.value ? 0.5 : -0.5);
            if (contracted.value < std::min(worst.value, reflected.value)) {
                worst = contracted;
                continue;
            }
            for (std::size_t i = 1; i <= n; ++i, ++asked) {
                for (std::size_t j = 0; j < n; ++j)
                    simplex[i].at[j] = (simplex[i].at[j] + simplex[0].at[j]) / 2;
                simplex[i].value = f(simplex[i].at);
            }
        }
    }
    return std::min_element(simplex.begin(), end, by_value)->at;
}

}  // namespace sonde::detail
