// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "models/neural/adam_kernel.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

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

    /// Where it is, for a training that goes on later.
    void write(ByteWriter& writer) const {
        writer.f64(steps_);
        for (const auto* moments : {&first_, &second_})
            for (const LayerNumbers<S>& layer : *moments)
                for (std::size_t part = 0; part < LayerNumbers<S>::parts; ++part)
                    writer.f32s(*layer.all(part));
    }
    /// \throws FormatError  of other numbers, or a moment that is none
    void read(ByteReader& reader) {
        steps_ = reader.finite();
        if (steps_ < 0) fail_format("Adam", "a negative number of steps");
        for (auto* moments : {&first_, &second_})
            for (LayerNumbers<S>& layer : *moments)
                for (std::size_t part = 0; part < LayerNumbers<S>::parts; ++part) {
                    auto values = reader.f32s();
                    if (values.size() != layer.all(part)->size())
                        fail_format("Adam", "moments of other numbers");
                    for (const float value : values)
                        if (!is_finite(value) || (moments == &second_ && value < 0))
                            fail_format("Adam", "a moment that is none");
                    *layer.all(part) = std::move(values);
                }
    }

private:
    static void clip(std::vector<LayerNumbers<S>>& gradients, double most) {
        double squares = 0;
        for_all(gradients, [&](S& g) { squares += static_cast<double>(g) * static_cast<double>(g); });
        const double scale = most / (std::sqrt(squares) + 1e-6);
        if (scale < 1) for_all(gradients, [&](S& g) { g *= static_cast<S>(scale); });
    }
    template <class Each>
    static void for_all(std::vector<LayerNumbers<S>>& numbers, const Each& each) {
        for (LayerNumbers<S>& layer : numbers)
            for (std::size_t part = 0; part < LayerNumbers<S>::parts; ++part)
                for (S& value : *layer.all(part)) each(value);
    }

    InstructionSet set_ = fastest_set();
    double steps_ = 0;
    std::vector<LayerNumbers<S>> first_, second_;
};

}  // namespace sonde::detail
