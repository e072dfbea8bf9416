// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/parameters.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/network.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

/// A network at work on a batch: forward to its loss, backward to the gradients of it.
template <class S>
class Gradients {
public:
    /// \param network  its shapes; must outlive this
    explicit Gradients(const Network& network)
        : network_{network}, states_(network.layers().size()), gradients_(states_.size()) {}

    /// The outputs. \param rng  for dropout; nullptr: none, as when it serves
    const Matrix<S>& forward(std::span<const LayerNumbers<S>> numbers, const Matrix<S>& inputs, Rng* rng) {
        inputs_ = &inputs;
        for (std::size_t i = 0; i < states_.size(); ++i) {
            const DenseLayer& layer = network_.layers()[i];
            State& state = states_[i];
            const Matrix<S>& x = i == 0 ? inputs : states_[i - 1].out;
            affine(products_, x.values.data(), x.rows, x.cols, numbers[i], state.out);
            if (!numbers[i].gain.empty()) normalize(numbers[i], state);
            activate_all(layer.activation, state.out.values);
            drop(layer.dropout, rng, state);
        }
        return states_.back().out;
    }

    /// The mean loss of the last `forward`.
    [[nodiscard]] double loss(Loss loss, const Matrix<S>& targets) const {
        const auto& y = states_.back().out.values;
        const auto size = static_cast<double>(y.size());
        if (loss == Loss::cross_entropy) return cross_entropy(y, targets.values) / size;
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i) sum += loss_of(loss, y[i], targets.values[i]);
        return sum / size;
    }

    /// Its gradients by all numbers of the network.
    std::vector<LayerNumbers<S>>& backward(std::span<const LayerNumbers<S>> numbers, Loss loss,
                                           const Matrix<S>& targets) {
        begin(loss, targets);
        for (std::size_t i = states_.size(); i-- > 0;) {
            const DenseLayer& layer = network_.layers()[i];
            State& state = states_[i];
            if (i + 1 < states_.size() || loss != Loss::cross_entropy) undo(layer.activation, state);
            LayerNumbers<S>& to = gradients_[i];
            if (!numbers[i].gain.empty()) undo_normalize(numbers[i], state, to);
            const Matrix<S>& x = i == 0 ? *inputs_ : states_[i - 1].out;
            undo_affine(products_, x.values.data(), x.cols, delta_, turned_, to);
            if (i == 0) break;
            pass_down(numbers[i]);
            const State& before = states_[i - 1];
            for (std::size_t n = 0; n < before.kept.size(); ++n) delta_.values[n] *= before.kept[n];
        }
        return gradients_;
    }

    /// Its gradient by the inputs, after `backward`, once.
    const Matrix<S>& by_inputs(std::span<const LayerNumbers<S>> numbers) {
        pass_down(numbers.front());
        return delta_;
    }

private:
    struct State {
        Matrix<S> out{};           // after everything
        std::vector<S> activated;  // before dropout, where there was some
        std::vector<S> kept;       // by what dropout multiplied; empty: nothing was dropped
        std::vector<S> centred;    // layer norm: (z - mean) / deviation
        std::vector<S> inverse;    // of the deviations, a row each
    };
    static constexpr double norm_epsilon = 1e-5, slope = 0.01;

    static double loss_of(Loss loss, S output, S target) {
        const auto y = static_cast<double>(output), t = static_cast<double>(target), off = std::abs(y - t);
        switch (loss) {
            case Loss::absolute:
                return off;
            case Loss::huber:
                return off <= 1 ? off * off / 2 : off - 0.5;
            default:
                return off * off;
        }
    }

    /// The gradient by the outputs; of cross-entropy by what went into the sigmoid.
    void begin(Loss loss, const Matrix<S>& targets) {
        const auto& y = states_.back().out.values;
        delta_.resize(targets.rows, targets.cols);
        const S part = 1 / static_cast<S>(y.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
            const S off = y[i] - targets.values[i];
            S by = off;
            if (loss == Loss::squared) by = 2 * off;
            if (loss == Loss::absolute) by = off > 0 ? S{1} : off < 0 ? S{-1} : S{0};
            if (loss == Loss::huber) by = std::clamp(off, S{-1}, S{1});
            delta_.values[i] = by * part;
        }
        const auto& kept = states_.back().kept;
        for (std::size_t i = 0; i < kept.size(); ++i) delta_.values[i] *= kept[i];
    }

    void undo(Activation activation, const State& state) {
        const std::vector<S>& y = state.kept.empty() ? state.out.values : state.activated;
        const auto multiply = [&](const auto& derivative) {
            for (std::size_t i = 0; i < y.size(); ++i) delta_.values[i] *= derivative(y[i]);
        };
        // By the value that came out.
        switch (activation) {
            case Activation::relu:
                return multiply([](S value) { return value > 0 ? S{1} : S{0}; });
            case Activation::leaky_relu:
                return multiply([](S value) { return value < 0 ? static_cast<S>(slope) : S{1}; });
            case Activation::tanh:
                return multiply([](S value) { return 1 - value * value; });
            case Activation::sigmoid:
                return multiply([](S value) { return value * (1 - value); });
            default:
                return;
        }
    }

    static void normalize(const LayerNumbers<S>& numbers, State& state) {
        const std::size_t width = state.out.cols;
        state.centred.resize(state.out.values.size());
        state.inverse.resize(state.out.rows);
        for (std::size_t row = 0; row < state.out.rows; ++row) {
            S* z = state.out.row(row);
            S mean = 0, variance = 0;
            for (std::size_t j = 0; j < width; ++j) mean += z[j] / static_cast<S>(width);
            for (std::size_t j = 0; j < width; ++j)
                variance += (z[j] - mean) * (z[j] - mean) / static_cast<S>(width);
            state.inverse[row] = 1 / std::sqrt(variance + static_cast<S>(norm_epsilon));
            for (std::size_t j = 0; j < width; ++j) {
                const S centred = (z[j] - mean) * state.inverse[row];
                state.centred[row * width + j] = centred;
                z[j] = numbers.gain[j] * centred + numbers.shift[j];
            }
        }
    }

    void undo_normalize(const LayerNumbers<S>& numbers, const State& state, LayerNumbers<S>& to) {
        const std::size_t width = delta_.cols;
        to.gain.assign(width, S{0});
        to.shift.assign(width, S{0});
        for (std::size_t row = 0; row < delta_.rows; ++row) {
            S* by = delta_.row(row);
            const S* centred = state.centred.data() + row * width;
            S sum = 0, product = 0;
            for (std::size_t j = 0; j < width; ++j) {
                to.gain[j] += by[j] * centred[j];
                to.shift[j] += by[j];
                by[j] *= numbers.gain[j];
                sum += by[j] / static_cast<S>(width);
                product += by[j] * centred[j] / static_cast<S>(width);
            }
            for (std::size_t j = 0; j < width; ++j)
                by[j] = state.inverse[row] * (by[j] - sum - centred[j] * product);
        }
    }

    static void drop(double share, Rng* rng, State& state) {
        state.kept.clear();
        if (rng == nullptr || share <= 0) return;
        state.activated = state.out.values;
        state.kept.resize(state.out.values.size());
        const auto scale = static_cast<S>(1 / (1 - share));
        for (std::size_t i = 0; i < state.kept.size(); ++i) {
            state.kept[i] = rng->uniform() < share ? S{0} : scale;
            state.out.values[i] *= state.kept[i];
        }
    }

    /// From the sums of a layer to what went into it.
    void pass_down(const LayerNumbers<S>& numbers) {
        next_.resize(delta_.rows, numbers.weights.size() / delta_.cols);
        products_.keep(numbers.weights.data(), delta_.cols, next_.cols);
        products_.times_kept(delta_.values.data(), delta_.rows, next_.values.data());
        std::swap(delta_, next_);
    }

    const Network& network_;
    const Matrix<S>* inputs_ = nullptr;
    std::vector<State> states_;
    std::vector<LayerNumbers<S>> gradients_;
    Matrix<S> delta_, next_, turned_;
    Products<S> products_;
};

}  // namespace sonde::detail
