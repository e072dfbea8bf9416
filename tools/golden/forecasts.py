#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/forecasts.hpp: autoregressions of numpy's least squares, Holt-Winters of statsmodels.

    apt-get install python3-numpy python3-statsmodels
    /usr/bin/python3 tools/golden/forecasts.py > tests/golden/forecasts.hpp
"""
import textwrap
import warnings

import numpy as np
from scipy.optimize import minimize
from statsmodels.tsa.holtwinters import ExponentialSmoothing

SEASON, SIZE, ORDER, MOST = 12, 240, 3, 20


def series():
    rng = np.random.RandomState(7)
    t = np.arange(SIZE)
    level = np.cumsum(0.3 * rng.normal(size=SIZE))
    return np.round(50 + 0.1 * t + level + 8 * np.sin(2 * np.pi * t / SEASON) + rng.normal(size=SIZE), 4)


def design(x, order, first):
    return np.column_stack([np.ones(len(x) - first)] + [x[first - k:len(x) - k] for k in range(1, order + 1)])


def least_squares(x, order, first, weights=None):
    """Intercept and coefficients, and the weighted sum of squares that is left over."""
    root = np.sqrt(np.ones(len(x) - first) if weights is None else weights)
    rows, targets = design(x, order, first), x[first:]
    found = np.linalg.lstsq(rows * root[:, None], targets * root, rcond=None)[0]
    return found, float(np.sum((root * (targets - rows @ found)) ** 2))


def akaike(x):
    n = len(x) - MOST
    return [n * np.log(least_squares(x, p, MOST)[1] / n) + 2 * (p + 1) for p in range(1, MOST + 1)]


def first_state(x, season, trend):
    half = season or 5
    first, second = x[:half].mean(), x[half:2 * half].mean()
    slope = (second - first) / half if trend else 0.0
    level = (first + second) / 2 - slope * (2 * half + 1) / 2
    line = level + slope * (np.arange(2 * half) + 1)
    return level, slope, (x[:2 * half] - line).reshape(2, half).mean(axis=0)


def smoothed(x, season, trend, damped, alpha, beta, gamma, phi):
    level, slope, seasons = first_state(x, season, trend)
    return ExponentialSmoothing(
        x, trend="add" if trend else None, damped_trend=damped, seasonal="add" if season else None,
        seasonal_periods=season or None, initialization_method="known", initial_level=level,
        initial_trend=slope if trend else None, initial_seasonal=seasons if season else None).fit(
            optimized=False, smoothing_level=alpha, smoothing_trend=beta if trend else None,
            smoothing_seasonal=gamma if season else None, damping_trend=phi if damped else None)


def given(x, *kind):
    fit = smoothed(x, *kind, 0.35, 0.12, 0.2, 0.9)
    return np.append(fit.fittedvalues, fit.forecast(1))


def least_error(x, *kind):
    """Over the factors, from the same first state; statsmodels' own fit moves that state too."""
    bounds = [(1e-4, 0.9999)] * 3 + [(0.8, 0.995)]
    starts = [(alpha, beta, gamma, 0.95) for alpha in (0.1, 0.5, 0.9) for beta in (0.05, 0.5) for gamma in (0.05, 0.5)]
    return min(minimize(lambda factors: smoothed(x, *kind, *factors).sse / len(x), start, bounds=bounds).fun
               for start in starts)


def numbers(name, values):
    words = ", ".join(repr(float(value)) for value in values)
    return "\n".join(textwrap.wrap(f"inline constexpr double {name}[] = {{{words}}};", 118, subsequent_indent="    "))


def main():
    warnings.filterwarnings("ignore")
    x = series()
    weights = 0.5 ** (np.arange(len(x) - ORDER)[::-1] / 40)
    kinds = {"level": (0, False, False), "line": (0, True, False), "damped": (0, True, True),
             "season": (SEASON, False, False), "line_season": (SEASON, True, False),
             "damped_season": (SEASON, True, True)}
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/golden/forecasts.py; do not edit.\n#pragma once\n")
    print("namespace sonde::testing::golden {\n\n// clang-format off")
    print(numbers("series", x))
    print(numbers("ar", least_squares(x, ORDER, ORDER)[0]))
    print(numbers("ar_faded", least_squares(x, ORDER, ORDER, weights)[0]))
    print(numbers("ar_seasonal", least_squares(x[SEASON:] - x[:-SEASON], ORDER, ORDER)[0]))
    print(f"inline constexpr double ar_left_over = {least_squares(x, ORDER, ORDER)[1] / (len(x) - ORDER)!r};")
    print(f"inline constexpr int ar_order = {int(np.argmin(akaike(x))) + 1};")
    print(numbers("ar_best", least_squares(x, int(np.argmin(akaike(x))) + 1, MOST)[0]))
    for name, kind in kinds.items():
        print(numbers(f"smoothed_{name}", given(x, *kind)))
        print(f"inline constexpr double error_{name} = {float(least_error(x, *kind))!r};")
    print("// clang-format on\n\n}  // namespace sonde::testing::golden")


if __name__ == "__main__":
    main()
