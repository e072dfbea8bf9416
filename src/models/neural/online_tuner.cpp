// SPDX-License-Identifier: Apache-2.0
#include "models/neural/online_tuner.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view where = "RecurrentForecaster";

std::size_t states_of(const RecurrentNetwork& network) {
    std::size_t units = 0;
    for (const RecurrentLayer& layer : network.layers()) units += layer.units;
    return network.cell() == Cell::lstm ? 2 * units : units;
}

}  // namespace

OnlineTuner::OnlineTuner(const RecurrentNetwork& network, const OnlineTuning& options)
    : network_{network},
      options_{options},
      slot_size_{network.inputs() + states_of(network)},
      so_far_{numbers_of<float>(network), std::vector<float>(slots() * slot_size_)},
      gradients_{network_},
      states_{network, 1} {
    reserve();
}

OnlineTuner::OnlineTuner(const OnlineTuner& other) : OnlineTuner{other.network_, other.options_} {
    so_far_ = other.so_far_;
}

/// Work is done as it will be later, so that later none of it allocates: twice, as some of it swaps two buffers.
void OnlineTuner::reserve() {
    lay_out_window();
    for (int i = 0; i < 2; ++i) {
        gradients_.forward(so_far_.numbers, inputs_, states_, nullptr);
        gradients_.backward(so_far_.numbers, options_.loss, targets_);
    }
}

std::span<float> OnlineTuner::slot(std::size_t index) noexcept {
    return std::span{so_far_.rows}.subspan(index * slot_size_, slot_size_);
}

void OnlineTuner::remember(std::span<const float> row, const RecurrentState& before) noexcept {
    float* to = std::copy(row.begin(), row.end(), slot(so_far_.next).data());
    to = std::copy(before.hidden.begin(), before.hidden.end(), to);
    std::copy(before.cell.begin(), before.cell.end(), to);
    so_far_.next = (so_far_.next + 1) % slots();
    so_far_.known = std::min(so_far_.known + 1, slots());
    ++so_far_.since;
}

void OnlineTuner::tune(PackedRecurrentNetwork& served) noexcept {
    if (so_far_.known < slots() || so_far_.since < options_.every) return;
    so_far_.since = 0;
    if (!step()) {
        ++so_far_.refused;
        return;
    }
    ++so_far_.steps;
    served.fill(so_far_.numbers);
}

/// The ring in order: inputs, what follows each, and the state that the first met.
void OnlineTuner::lay_out_window() noexcept {
    const std::size_t features = network_.inputs();
    inputs_.resize(options_.window, features);
    targets_.resize(options_.window, features);
    for (std::size_t i = 0; i < slots(); ++i) {
        const auto row = slot((so_far_.next + i) % slots()).first(features);
        if (i < options_.window) std::copy(row.begin(), row.end(), inputs_.row(i));
        if (i > 0) std::copy(row.begin(), row.end(), targets_.row(i - 1));
    }
    const float* state = slot(so_far_.next).data() + features;
    for (auto* layers : {&states_.hidden, &states_.cell})
        for (Matrix<float>& layer : *layers) {
            std::copy_n(state, layer.values.size(), layer.values.begin());
            state += layer.values.size();
        }
}

bool OnlineTuner::step() {
    lay_out_window();
    gradients_.forward(so_far_.numbers, inputs_, states_, nullptr);
    if (!is_finite(gradients_.loss(options_.loss, targets_))) return false;
    auto& gradients = gradients_.backward(so_far_.numbers, options_.loss, targets_);
    if (!is_finite(clip(gradients, options_.clip_norm))) return false;
    const auto rate = static_cast<float>(options_.learning_rate);
    for (std::size_t i = 0; i < gradients.size(); ++i)
        for (std::size_t part = 0; part < LayerNumbers<float>::parts; ++part) {
            std::vector<float>& numbers = *so_far_.numbers[i].all(part);
            for (std::size_t j = 0; j < numbers.size(); ++j)
                numbers[j] -= rate * (*gradients[i].all(part))[j];
        }
    return true;
}

void OnlineTuner::write(ByteWriter& writer) const {
    writer.u64(so_far_.steps);
    writer.u64(so_far_.refused);
    writer.u64(so_far_.since);
    writer.u64(so_far_.known);
    const std::size_t oldest = (so_far_.next + slots() - so_far_.known) % slots();
    for (std::size_t i = 0; i < so_far_.known; ++i) {
        const std::size_t at = (oldest + i) % slots() * slot_size_;
        for (std::size_t j = 0; j < slot_size_; ++j) writer.f32(so_far_.rows[at + j]);
    }
}

void OnlineTuner::read(ByteReader& reader) {
    so_far_.steps = reader.u64();
    so_far_.refused = reader.u64();
    so_far_.since = reader.u64();
    const std::uint64_t known = reader.u64();
    if (known > slots()) fail_format(where, "more rows than a window has");
    so_far_.known = static_cast<std::size_t>(known);
    so_far_.next = so_far_.known % slots();
    for (std::size_t i = 0; i < so_far_.known * slot_size_; ++i) so_far_.rows[i] = reader.f32();
    if (!all_finite(so_far_.rows)) fail_format(where, "a row of the window is not finite");
}

}  // namespace sonde::detail
