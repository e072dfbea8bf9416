// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "models/neural/adam_kernel.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

template <class S, class Each>
void for_all(std::vector<LayerNumbers<S>>& numbers, const Each& each) {
    for (LayerNumbers<S>& layer : numbers)
        for (std::size_t part = 0; part < LayerNumbers<S>::parts; ++part)
            for (S& value : *layer.all(part)) each(value);
}

/// Shortens gradients to a length, if they are longer, as PyTorch does (Pascanu, Mikolov, Bengio, ICML 2013).
/// \returns  the length that they had; not finite if one of them is not
template <class S>
double clip(std::vector<LayerNumbers<S>>& gradients, double most) {
    double squares = 0;
    for_all(gradients, [&](S& g) { squares += static_cast<double>(g) * static_cast<double>(g); });
    const double length = std::sqrt(squares), scale = most / (length + 1e-6);
    if (scale < 1) for_all(gradients, [&](S& g) { g *= static_cast<S>(scale); });
    return length;
}

/// Steps of Adam, and of AdamW (see `TrainingOptions`), with a bound on the gradient's length before.
template <class S>
class Adam {
public:
    explicit Adam(const std::vector<LayerNumbers<S>>& numbers) : first_{numbers}, second_{numbers} {
        for (auto* moments : {&first_, &second_})
            for (LayerNumbers<S>& layer : *moments)
                for (std::size_t i = 0; i < LayerNumbers<S>::parts; ++i)
                    std::fill(layer.all(i)->begin(), layer.all(i)->end(), S{0});
    }

    /// Where it is after some steps.
    [[nodiscard]] double steps() const noexcept { return steps_; }
    [[nodiscard]] const std::vector<LayerNumbers<S>>& first_moments() const noexcept { return first_; }
    [[nodiscard]] const std::vector<LayerNumbers<S>>& second_moments() const noexcept { return second_; }
    /// Goes on from there. \param first, second  as many as there are parameters, in their order
    void go_on(double steps, const std::vector<S>& first, const std::vector<S>& second) {
        steps_ = steps;
        spread(first, first_);
        spread(second, second_);
    }

    /// \param gradients  may be shortened
    void step(std::vector<LayerNumbers<S>>& numbers, std::vector<LayerNumbers<S>>& gradients,
              const TrainingOptions& o, double learning_rate) {
        if (o.clip_norm > 0) clip(gradients, o.clip_norm);
        ++steps_;
        const double left1 = 1 - std::pow(o.beta1, steps_), left2 = 1 - std::pow(o.beta2, steps_);
        AdamStep<S> by{static_cast<S>(learning_rate / left1),
                       static_cast<S>(o.beta1),
                       static_cast<S>(o.beta2),
                       static_cast<S>(1 / std::sqrt(left2)),
                       static_cast<S>(o.epsilon),
                       1,
                       0};
        for (std::size_t layer = 0; layer < numbers.size(); ++layer)
            for (std::size_t part = 0; part < LayerNumbers<S>::parts; ++part) {
                const double decay = part == 0 ? o.weight_decay : 0;  // of weights alone
                by.keep = static_cast<S>(o.decoupled_decay ? 1 - learning_rate * decay : 1);
                by.pull = static_cast<S>(o.decoupled_decay ? 0 : decay);
                std::vector<S>& w = *numbers[layer].all(part);
                adam_step(by, gradients[layer].all(part)->data(), first_[layer].all(part)->data(),
                          second_[layer].all(part)->data(), w.data(), w.size(), set_);
            }
    }

private:
    InstructionSet set_ = fastest_set();
    double steps_ = 0;
    std::vector<LayerNumbers<S>> first_, second_;
};

}  // namespace sonde::detail
