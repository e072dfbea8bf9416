// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/cell_kernel.hpp"
#include "models/neural/gradients.hpp"
#include "models/neural/parameters.hpp"
#include "models/neural/recurrent_numbers.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/recurrent_network.hpp"

namespace sonde::detail {

/// The states that segments of a sequence are in, per layer a row each.
template <class S>
struct CarriedStates {
    std::vector<Matrix<S>> hidden, cell;  // cell: c of an LSTM, else empty

    /// Of sequences that begin.
    CarriedStates(const RecurrentNetwork& network, std::size_t segments)
        : hidden(network.layers().size()), cell(hidden.size()) {
        for (std::size_t i = 0; i < hidden.size(); ++i) {
            hidden[i].resize(segments, network.layers()[i].units);
            if (network.cell() == Cell::lstm) cell[i].resize(segments, network.layers()[i].units);
        }
    }
    void clear() {
        for (auto* states : {&hidden, &cell})
            for (Matrix<S>& layer : *states) std::fill(layer.values.begin(), layer.values.end(), S{0});
    }
};

/// A recurrent network at work on a window of some segments: forward to its loss, backward through time to its
/// gradients, not beyond the window's first step (Williams, Peng, Neural Computation 2, 1990).
template <class S>
class RecurrentGradients {
public:
    /// \param network  its shapes; must outlive this
    explicit RecurrentGradients(const RecurrentNetwork& network)
        : network_{network},
          layers_(network.layers().size()),
          head_{network.head()},
          gradients_(2 * layers_.size() + network.head().layers().size()) {}

    /// The outputs, a row per step and segment. \param inputs  all segments' rows of the first step, then of the next,
    /// ...
    /// \param states  before the window; left as they are after it
    /// \param rng     for dropout; nullptr: none
    const Matrix<S>& forward(std::span<const LayerNumbers<S>> numbers, const Matrix<S>& inputs,
                             CarriedStates<S>& states, Rng* rng) {
        inputs_ = &inputs;
        segments_ = states.hidden.front().rows;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const RecurrentLayer& shape = network_.layers()[i];
            affine(products_, inputs_of(i), inputs.rows, shape.inputs, numbers[2 * i], layers_[i].input);
            roll(shape.units, numbers[2 * i + 1], layers_[i], states.hidden[i], states.cell[i]);
        }
        const Matrix<S>& last = layers_.back().hidden;
        features_.resize(inputs.rows, last.cols);
        std::copy_n(last.row(segments_), features_.values.size(), features_.values.begin());
        return head_.forward(numbers.subspan(2 * layers_.size()), features_, rng);
    }

    /// The mean loss of the last `forward`.
    [[nodiscard]] double loss(Loss loss, const Matrix<S>& targets) const { return head_.loss(loss, targets); }

    /// Its gradients by all numbers of the network.
    std::vector<LayerNumbers<S>>& backward(std::span<const LayerNumbers<S>> numbers, Loss loss,
                                           const Matrix<S>& targets) {
        const auto head = numbers.subspan(2 * layers_.size());
        auto& of_head = head_.backward(head, loss, targets);
        delta_ = head_.by_inputs(head);
        std::swap_ranges(of_head.begin(), of_head.end(),
                         gradients_.end() - static_cast<std::ptrdiff_t>(of_head.size()));
        for (std::size_t i = layers_.size(); i-- > 0;) {
            Layer& layer = layers_[i];
            const std::size_t inputs = network_.layers()[i].inputs, units = network_.layers()[i].units;
            unroll(units, numbers[2 * i + 1], layer);
            undo_affine(products_, inputs_of(i), inputs, by_input_, turned_, gradients_[2 * i]);
            undo_affine(products_, layer.hidden.values.data(), units, by_state_, turned_,
                        gradients_[2 * i + 1]);
            if (i == 0) break;
            delta_.resize(by_input_.rows, inputs);
            products_.keep(numbers[2 * i].weights.data(), by_input_.cols, inputs);
            products_.times_kept(by_input_.values.data(), by_input_.rows, delta_.values.data());
        }
        return gradients_;
    }

private:
    struct Layer {
        Matrix<S> input, state;     // the sums W x + b and U h + c
        Matrix<S> gates, squashed;  // LSTM: tanh(c)
        Matrix<S> hidden, cell;     // from before the first step on
    };

    [[nodiscard]] const S* inputs_of(std::size_t layer) const {
        return layer == 0 ? inputs_->values.data() : layers_[layer - 1].hidden.row(segments_);
    }

    /// A layer's steps through the window.
    void roll(std::size_t units, const LayerNumbers<S>& numbers, Layer& layer, Matrix<S>& hidden,
              Matrix<S>& cell) {
        const std::size_t rows = inputs_->rows, sums = layer.input.cols;
        const bool lstm = network_.cell() == Cell::lstm;
        layer.state.resize(rows, sums);
        layer.gates.resize(rows, sums);
        layer.squashed.resize(lstm ? rows : 0, units);
        layer.hidden.resize(rows + segments_, units);
        layer.cell.resize(lstm ? rows + segments_ : 0, units);
        std::copy(hidden.values.begin(), hidden.values.end(), layer.hidden.values.begin());
        std::copy(cell.values.begin(), cell.values.end(), layer.cell.values.begin());
        products_.keep_transposed(numbers.weights.data(), units, sums);
        for (std::size_t first = 0; first < rows; first += segments_) {
            products_.times_kept(layer.hidden.row(first), segments_, layer.state.row(first));
            for (std::size_t row = first; row < first + segments_; ++row) step(numbers.bias, layer, row);
        }
        std::copy_n(layer.hidden.row(rows), hidden.values.size(), hidden.values.begin());
        if (lstm) std::copy_n(layer.cell.row(rows), cell.values.size(), cell.values.begin());
    }

    void step(const std::vector<S>& bias, Layer& layer, std::size_t row) {
        const std::size_t next = row + segments_, units = layer.hidden.cols;
        S* state = layer.state.row(row);
        for (std::size_t j = 0; j < bias.size(); ++j) state[j] += bias[j];
        const S* input = layer.input.row(row);
        S *gates = layer.gates.row(row), *hidden = layer.hidden.row(next);
        if (network_.cell() == Cell::gru)
            return gru_step(
                CellStep<S>{input, state, layer.hidden.row(row), units, gates, hidden, nullptr, nullptr},
                set_);
        lstm_step(CellStep<S>{input, state, layer.cell.row(row), units, gates, layer.cell.row(next),
                              layer.squashed.row(row), hidden},
                  set_);
    }

    /// Back through a layer's steps: from the gradients by its states, `delta_`, to those by its sums.
    void unroll(std::size_t units, const LayerNumbers<S>& numbers, const Layer& layer) {
        const std::size_t rows = inputs_->rows, sums = layer.input.cols;
        by_input_.resize(rows, sums);
        by_state_.resize(rows, sums);
        by_before_.resize(segments_, units);
        flowing_.assign(segments_ * units, S{0});
        flowing_cell_.assign(segments_ * units, S{0});
        products_.keep(numbers.weights.data(), sums, units);
        for (std::size_t first = rows; first > 0;) {
            first -= segments_;
            for (std::size_t segment = 0; segment < segments_; ++segment)
                if (network_.cell() == Cell::gru)
                    undo_gru(layer, first + segment, segment);
                else
                    undo_lstm(layer, first + segment, segment);
            products_.times_kept(by_state_.row(first), segments_, by_before_.values.data());
            for (std::size_t i = 0; i < flowing_.size(); ++i) flowing_[i] += by_before_.values[i];
        }
    }

    void undo_gru(const Layer& layer, std::size_t row, std::size_t segment) {
        const std::size_t n = layer.hidden.cols;
        const S *gates = layer.gates.row(row), *state = layer.state.row(row), *before = layer.hidden.row(row);
        S *input = by_input_.row(row), *through = by_state_.row(row), *flow = flowing_.data() + segment * n;
        for (std::size_t i = 0; i < n; ++i) {
            const S r = gates[i], z = gates[n + i], fresh = gates[2 * n + i],
                    by = delta_.row(row)[i] + flow[i];
            const S by_fresh = by * (1 - z) * (1 - fresh * fresh);
            input[i] = through[i] = by_fresh * state[2 * n + i] * r * (1 - r);
            input[n + i] = through[n + i] = by * (before[i] - fresh) * z * (1 - z);
            input[2 * n + i] = by_fresh;
            through[2 * n + i] = by_fresh * r;
            flow[i] = by * z;
        }
    }

    void undo_lstm(const Layer& layer, std::size_t row, std::size_t segment) {
        const std::size_t n = layer.hidden.cols;
        const S *gates = layer.gates.row(row), *before = layer.cell.row(row),
                *squashed = layer.squashed.row(row);
        S *input = by_input_.row(row), *through = by_state_.row(row), *flow = flowing_.data() + segment * n,
          *flow_cell = flowing_cell_.data() + segment * n;
        for (std::size_t i = 0; i < n; ++i) {
            const S in = gates[i], forget = gates[n + i], fresh = gates[2 * n + i], out = gates[3 * n + i],
                    tangent = squashed[i], by = delta_.row(row)[i] + flow[i],
                    by_cell = flow_cell[i] + by * out * (1 - tangent * tangent);
            input[i] = through[i] = by_cell * fresh * in * (1 - in);
            input[n + i] = through[n + i] = by_cell * before[i] * forget * (1 - forget);
            input[2 * n + i] = through[2 * n + i] = by_cell * in * (1 - fresh * fresh);
            input[3 * n + i] = through[3 * n + i] = by * tangent * out * (1 - out);
            flow_cell[i] = by_cell * forget;
            flow[i] = 0;  // all of it goes through the gates
        }
    }

    const RecurrentNetwork& network_;
    InstructionSet set_ = fastest_set();
    const Matrix<S>* inputs_ = nullptr;
    std::size_t segments_ = 0;
    std::vector<Layer> layers_;
    Matrix<S> features_;  // what the head takes
    Gradients<S> head_;
    std::vector<LayerNumbers<S>> gradients_;
    Matrix<S> delta_, by_input_, by_state_, by_before_, turned_;
    std::vector<S> flowing_, flowing_cell_;  // to h and c of a step from those after it
    Products<S> products_;
};

}  // namespace sonde::detail
