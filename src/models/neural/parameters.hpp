// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/blas.hpp"
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
    [[nodiscard]] std::vector<S>* all(std::size_t i) noexcept { return &(this->*part(i)); }
    [[nodiscard]] const std::vector<S>* all(std::size_t i) const noexcept { return &(this->*part(i)); }

private:
    static std::vector<S> LayerNumbers::*part(std::size_t i) noexcept {
        static constexpr std::vector<S> LayerNumbers::*in_order[parts] = {
            &LayerNumbers::weights, &LayerNumbers::bias, &LayerNumbers::gain, &LayerNumbers::shift};
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

/// All of them in one row, layer by layer weights, bias, gain, shift.
template <class S>
[[nodiscard]] std::vector<S> flat(const std::vector<LayerNumbers<S>>& numbers) {
    std::vector<S> values;
    for (const LayerNumbers<S>& layer : numbers)
        for (const auto* part : {&layer.weights, &layer.bias, &layer.gain, &layer.shift})
            values.insert(values.end(), part->begin(), part->end());
    return values;
}
/// Back into numbers that have their sizes.
template <class S>
void spread(const std::vector<S>& values, std::vector<LayerNumbers<S>>& numbers) {
    auto from = values.begin();
    for (LayerNumbers<S>& layer : numbers)
        for (auto* part : {&layer.weights, &layer.bias, &layer.gain, &layer.shift}) {
            const auto to = from + static_cast<std::ptrdiff_t>(part->size());
            part->assign(from, to);
            from = to;
        }
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

/// The sum of all rows.
template <class S>
void sum_rows(const Matrix<S>& from, std::vector<S>& to) {
    to.assign(from.cols, S{0});
    for (std::size_t row = 0; row < from.rows; ++row)
        for (std::size_t j = 0; j < from.cols; ++j) to[j] += from.row(row)[j];
}

template <class S>
void transpose(const Matrix<S>& from, Matrix<S>& to) {
    to.resize(from.cols, from.rows);
    for (std::size_t i = 0; i < from.rows; ++i)
        for (std::size_t j = 0; j < from.cols; ++j)
            to.values[j * from.rows + i] = from.values[i * from.cols + j];
}

/// Products of rows with a matrix that is kept for the next: in double as they are written down, in float by kernels.
template <class S>
class Products {
public:
    /// \param w  [inputs x outputs]; must live until the last product with it
    void keep(const S* w, std::size_t inputs, std::size_t outputs) {
        kept_ = {w, inputs, outputs, outputs, 1};
    }
    /// \param w  [outputs x inputs]
    void keep_transposed(const S* w, std::size_t inputs, std::size_t outputs) {
        kept_ = {w, inputs, outputs, 1, inputs};
    }
    /// out = a * what is kept. \param a  `rows` rows of its inputs
    void times_kept(const S* a, std::size_t rows, S* out) {
        for (std::size_t i = 0; i < rows; ++i, a += kept_.inputs)
            for (std::size_t j = 0; j < kept_.outputs; ++j) {
                S sum = 0;
                for (std::size_t k = 0; k < kept_.inputs; ++k)
                    sum += a[k] * kept_.w[k * kept_.down + j * kept_.across];
                *out++ = sum;
            }
    }

private:
    struct Kept {
        const S* w = nullptr;
        std::size_t inputs = 0, outputs = 0, down = 0, across = 0;
    };
    Kept kept_{};
};

template <>
class Products<float> {
public:
    void keep(const float* w, std::size_t inputs, std::size_t outputs) {
        given_ = {w, inputs, outputs, false};
        if (!blas_is_faster(inputs, outputs)) room(inputs, outputs).fill(w);
    }
    void keep_transposed(const float* w, std::size_t inputs, std::size_t outputs) {
        given_ = {w, inputs, outputs, true};
        if (!blas_is_faster(inputs, outputs)) room(inputs, outputs).fill_transposed(w);
    }
    void times_kept(const float* a, std::size_t rows, float* out) {
        if (blas_is_faster(given_.inputs, given_.outputs)) return multiply_by_blas(a, rows, given_, out);
        const Panels& panels = rooms_[kept_];
        const std::size_t outputs = panels.columns(), whole = outputs / Panels::width;
        multiply(a, panels.rows(), rows, panels, {0, whole}, out, outputs, set_);
        if (whole * Panels::width < outputs) run_padded(a, rows, {whole, whole + 1}, out);
    }

private:
    /// Panels are made once per shape; what was in them past the last column stays 0.
    [[nodiscard]] Panels& room(std::size_t rows, std::size_t columns) {
        for (kept_ = 0; kept_ < rooms_.size(); ++kept_)
            if (rooms_[kept_].rows() == rows && rooms_[kept_].columns() == columns) return rooms_[kept_];
        return rooms_.emplace_back(rows, columns);
    }
    /// Through a copy, for panels that may be wider than what is left of `out`.
    void run_padded(const float* a, std::size_t rows, PanelRange range, float* out) {
        const Panels& panels = rooms_[kept_];
        const std::size_t stride = (range.last - range.first) * Panels::width, outputs = panels.columns(),
                          first = range.first * Panels::width;
        padded_.resize(rows * stride);
        multiply(a, panels.rows(), rows, panels, range, padded_.data(), stride, set_);
        for (std::size_t i = 0; i < rows; ++i)
            std::copy_n(padded_.data() + i * stride, std::min(stride, outputs - first),
                        out + i * outputs + first);
    }

    InstructionSet set_ = fastest_set();
    DenseMatrix given_{};
    std::vector<Panels> rooms_;
    std::size_t kept_ = 0;
    std::vector<float> padded_;
};

/// out = a * w^T + bias, a row of them each. \param a  `rows` rows of `inputs`
template <class S>
void affine(Products<S>& products, const S* a, std::size_t rows, std::size_t inputs,
            const LayerNumbers<S>& numbers, Matrix<S>& out) {
    out.resize(rows, numbers.bias.size());
    products.keep_transposed(numbers.weights.data(), inputs, out.cols);
    products.times_kept(a, rows, out.values.data());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t j = 0; j < out.cols; ++j) out.row(row)[j] += numbers.bias[j];
}

/// What `affine` owes: the gradients of weights and bias, by those of its outputs.
/// \param turned  room for them transposed
template <class S>
void undo_affine(Products<S>& products, const S* a, std::size_t inputs, const Matrix<S>& by,
                 Matrix<S>& turned, LayerNumbers<S>& to) {
    sum_rows(by, to.bias);
    transpose(by, turned);
    to.weights.resize(by.cols * inputs);
    products.keep(a, by.rows, inputs);
    products.times_kept(turned.values.data(), by.cols, to.weights.data());
}

}  // namespace sonde::detail
