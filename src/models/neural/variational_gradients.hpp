// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "models/neural/gradients.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/network.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

/// A variational autoencoder at work on a batch. The encoder gives a mean m and a log variance l per number of the
/// code, all means first; the decoder takes z = m + exp(l / 2) e (Kingma, Welling, ICLR 2014, section 2.4).
/// Numbers are the encoder's, then the decoder's.
template <class S>
class VariationalGradients {
public:
    /// \param encoder  with twice as many outputs as the decoder has inputs, the last activation linear
    /// \param weight   of the divergence, by which it enters the loss
    VariationalGradients(const Network& encoder, const Network& decoder, double weight)
        : encoder_{encoder},
          decoder_{decoder},
          layers_{encoder.layers().size()},
          code_{decoder.inputs()},
          weight_{weight},
          gradients_(layers_ + decoder.layers().size()) {}

    /// \param rng  draws e; nullptr: it is 0, the code is the mean
    void forward(std::span<const LayerNumbers<S>> numbers, const Matrix<S>& inputs, Rng* rng) {
        spread_ = encoder_.forward(numbers.first(layers_), inputs, rng);
        draws_.resize(inputs.rows, code_);
        code_drawn_.resize(inputs.rows, code_);
        for (std::size_t row = 0; row < inputs.rows; ++row)
            for (std::size_t k = 0; k < code_; ++k) {
                const S draw = rng == nullptr ? S{0} : static_cast<S>(rng->normal());
                draws_.row(row)[k] = draw;
                code_drawn_.row(row)[k] = spread_.row(row)[k] + deviation(row, k) * draw;
            }
        decoder_.forward(numbers.subspan(layers_), code_drawn_, rng);
    }

    /// The mean loss of the last `forward`, and the weighted mean divergence by the number of features.
    [[nodiscard]] double loss(Loss loss, const Matrix<S>& targets) const {
        double divergence = 0;
        for (std::size_t row = 0; row < spread_.rows; ++row)
            for (std::size_t k = 0; k < code_; ++k) {
                const auto m = static_cast<double>(spread_.row(row)[k]),
                           l = static_cast<double>(spread_.row(row)[code_ + k]);
                divergence -= (1 + l - m * m - std::exp(l)) / 2;
            }
        return decoder_.loss(loss, targets) +
               weight_ * divergence / static_cast<double>(targets.values.size());
    }

    /// Its gradients by all numbers.
    std::vector<LayerNumbers<S>>& backward(std::span<const LayerNumbers<S>> numbers, Loss loss,
                                           const Matrix<S>& targets) {
        const auto decoder = numbers.subspan(layers_);
        auto& of_decoder = decoder_.backward(decoder, loss, targets);
        const Matrix<S>& by_drawn = decoder_.by_inputs(decoder);
        const auto part = static_cast<S>(weight_ / static_cast<double>(targets.values.size()));
        by_spread_.resize(spread_.rows, spread_.cols);
        for (std::size_t row = 0; row < spread_.rows; ++row)
            for (std::size_t k = 0; k < code_; ++k) {
                const S m = spread_.row(row)[k], s = deviation(row, k), by = by_drawn.row(row)[k];
                by_spread_.row(row)[k] = by + part * m;
                by_spread_.row(row)[code_ + k] = (by * draws_.row(row)[k] * s + part * (s * s - 1)) / 2;
            }
        auto& of_encoder = encoder_.backward(numbers.first(layers_), by_spread_);
        const auto middle = gradients_.begin() + static_cast<std::ptrdiff_t>(layers_);
        std::swap_ranges(of_encoder.begin(), of_encoder.end(), gradients_.begin());
        std::swap_ranges(of_decoder.begin(), of_decoder.end(), middle);
        return gradients_;
    }

private:
    [[nodiscard]] S deviation(std::size_t row, std::size_t k) const {
        return std::exp(spread_.row(row)[code_ + k] / 2);
    }

    Gradients<S> encoder_, decoder_;
    std::size_t layers_;  // of the encoder
    std::size_t code_;
    double weight_;
    Matrix<S> spread_, by_spread_;  // what the encoder gave, means and log variances, and the gradient by it
    Matrix<S> draws_, code_drawn_;
    std::vector<LayerNumbers<S>> gradients_;
};

}  // namespace sonde::detail
