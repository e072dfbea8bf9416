// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/dense_kernel.hpp"
#include "sonde/models/neural/network.hpp"

// What a training works on. Everything is a template of the number type: training runs in float, tests of gradients in
// double.
namespace sonde::detail {

/// Rows of numbers, one after the other.
template <class S>
struct Matrix {
    std::size_t rows = 0, cols = 0;
    std::vector<S> values{};

    void resize(std::size_t new_rows, std::size_t new_cols) {
        rows = new_rows;
        cols = new_cols;
        values.resize(rows * cols);
    }
    [[nodiscard]] S* row(std::size_t i) noexcept { return values.data() + i * cols; }
    [[nodiscard]] const S* row(std::size_t i) const noexcept { return values.data() + i * cols; }
};

/// The numbers of a layer that are trained, or their gradients.
template <class S>
struct LayerNumbers {
    std::vector<S> weights, bias, gain, shift;

    static constexpr std::size_t parts = 4;
    [[nodiscard]] std::vector<S>* all(std::size_t i) noexcept {
        std::vector<S>* const in_order[parts] = {&weights, &bias, &gain, &shift};
        return in_order[i];
    }
};

template <class S>
[[nodiscard]] std::vector<LayerNumbers<S>> numbers_of(const Network& network) {
    std::vector<LayerNumbers<S>> numbers;
    for (const DenseLayer& layer : network.layers())
        numbers.push_back({{layer.weights.begin(), layer.weights.end()},
                           {layer.bias.begin(), layer.bias.end()},
                           {layer.gain.begin(), layer.gain.end()},
                           {layer.shift.begin(), layer.shift.end()}});
    return numbers;
}

inline void activate_all(Activation activation, std::vector<double>& values) {
    for (double& x : values) {
        if (activation == Activation::relu) x = std::max(x, 0.0);
        if (activation == Activation::leaky_relu) x = x < 0 ? x * 0.01 : x;
        if (activation == Activation::tanh) x = std::tanh(x);
        if (activation == Activation::sigmoid) x = 1 / (1 + std::exp(-x));
    }
}

inline void activate_all(Activation activation, std::vector<float>& values) {
    constexpr std::size_t chunk = 1024;
    static constexpr float no_bias[chunk] = {};
    if (activation == Activation::linear) return;
    const std::size_t whole = values.size() / Panels::width * Panels::width;
    const InstructionSet set = fastest_set();
    for (std::size_t first = 0; first < whole; first += chunk)
        activate(activation, no_bias, values.data() + first, std::min(chunk, whole - first), set);
    float rest[Panels::width] = {};
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(whole), values.end(), rest);
    activate(activation, no_bias, rest, Panels::width, set);
    std::copy_n(rest, values.size() - whole, values.begin() + static_cast<std::ptrdiff_t>(whole));
}

/// The sum of -t log y - (1 - t) log(1 - y), no logarithm below -100, as PyTorch bounds it; in float not below -87.
inline double cross_entropy(const std::vector<double>& y, const std::vector<double>& t) {
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
        sum -= t[i] * std::max(std::log(y[i]), -100.0) + (1 - t[i]) * std::max(std::log1p(-y[i]), -100.0);
    return sum;
}
inline double cross_entropy(const std::vector<float>& y, const std::vector<float>& t) {
    return sum_cross_entropy(y.data(), t.data(), y.size(), fastest_set());
}

/// Products of matrices: in double as they are written down, in float by kernels.
template <class S>
class Products {
public:
    /// out = a * w^T
    void times_transposed(const Matrix<S>& a, const std::vector<S>& w, std::size_t outputs, Matrix<S>& out) {
        out.resize(a.rows, outputs);
        for (std::size_t i = 0; i < a.rows; ++i)
            for (std::size_t j = 0; j < outputs; ++j) {
                S sum = 0;
                for (std::size_t k = 0; k < a.cols; ++k) sum += a.row(i)[k] * w[j * a.cols + k];
                out.row(i)[j] = sum;
            }
    }
    /// out = a * w
    void times(const Matrix<S>& a, const S* w, std::size_t outputs, Matrix<S>& out) {
        out.resize(a.rows, outputs);
        for (std::size_t i = 0; i < a.rows; ++i)
            for (std::size_t j = 0; j < outputs; ++j) {
                S sum = 0;
                for (std::size_t k = 0; k < a.cols; ++k) sum += a.row(i)[k] * w[k * outputs + j];
                out.row(i)[j] = sum;
            }
    }
};

template <>
class Products<float> {
public:
    void times_transposed(const Matrix<float>& a, const std::vector<float>& w, std::size_t outputs,
                          Matrix<float>& out) {
        panels_ = room(a.cols, outputs);
        panels_->fill_transposed(w.data());
        run(a, outputs, out);
    }
    void times(const Matrix<float>& a, const float* w, std::size_t outputs, Matrix<float>& out) {
        panels_ = room(a.cols, outputs);
        panels_->fill(w);
        run(a, outputs, out);
    }

private:
    /// Panels are made once per shape; what was in them past the last column stays 0.
    [[nodiscard]] Panels* room(std::size_t rows, std::size_t columns) {
        for (Panels& panels : rooms_)
            if (panels.rows() == rows && panels.columns() == columns) return &panels;
        return &rooms_.emplace_back(rows, columns);
    }
    void run(const Matrix<float>& a, std::size_t outputs, Matrix<float>& out) {
        const std::size_t whole = outputs / Panels::width, first = whole * Panels::width;
        out.resize(a.rows, outputs);
        // A kernel takes a single row, which a row too many would be, by two panels at a time.
        if (a.rows % 6 == 1) return run_padded(a, 0, panels_->count(), out);
        multiply(a.values.data(), a.cols, a.rows, *panels_, {0, whole}, out.values.data(), outputs, set_);
        if (first < outputs) run_padded(a, whole, whole + 1, out);
    }
    /// Through a copy, for panels that may be wider than what is left of `out`.
    void run_padded(const Matrix<float>& a, std::size_t from, std::size_t to, Matrix<float>& out) {
        const std::size_t stride = (to - from) * Panels::width, first = from * Panels::width;
        padded_.resize(a.rows * stride);
        multiply(a.values.data(), a.cols, a.rows, *panels_, {from, to}, padded_.data(), stride, set_);
        for (std::size_t i = 0; i < a.rows; ++i)
            std::copy_n(padded_.data() + i * stride, std::min(stride, out.cols - first), out.row(i) + first);
    }

    InstructionSet set_ = fastest_set();
    std::vector<Panels> rooms_;
    Panels* panels_ = nullptr;
    std::vector<float> padded_;
};

}  // namespace sonde::detail
