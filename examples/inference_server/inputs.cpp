// SPDX-License-Identifier: Apache-2.0
#include "inputs.hpp"

#include <algorithm>
#include <vector>

#include "sonde/core/error.hpp"

namespace demo {
namespace {

using Pixels = std::array<float, Network::inputs>;

Pixels pixels_of(const Image& image) noexcept {
    Pixels pixels;
    std::transform(image.begin(), image.end(), pixels.begin(),
                   [](std::uint8_t pixel) { return static_cast<float>(pixel) / 255; });
    return pixels;
}

// 784-128-64-32-64-128-784. Absolute errors tell photographs best, which are grey all over; with noise on its inputs
// the network learns strokes, not the 1,000 images by heart.
sonde::AutoencoderModel fit(sonde::MatrixView rows, const std::stop_token& stop) {
    const auto go_on = [&stop](std::size_t, std::size_t, const sonde::EpochLosses&) {
        return !stop.stop_requested();
    };
    return sonde::fit_autoencoder(rows, {.error = sonde::ReconstructionError::absolute,
                                         .held_out = 0.2,
                                         .training = {.loss = sonde::Loss::cross_entropy,
                                                      .epochs = 40,
                                                      .batch_rows = 32,
                                                      .learning_rate = 2e-3,
                                                      .noise = 0.3,
                                                      .progress = go_on}});
}

sonde::AutoencoderModel fit(std::span<const Image> usual) {
    if (usual.size() < 500)
        sonde::fail("InputDetector", "number of images", static_cast<double>(usual.size()), "at least 500");
    std::vector<float> rows;
    for (const Image& image : usual) {
        const Pixels pixels = pixels_of(image);
        rows.insert(rows.end(), pixels.begin(), pixels.end());
    }
    return fit({rows.data(), usual.size(), Network::inputs}, {});
}

// Where the error lies costs a second pass through the network, so only of what is anomalous.
InputVerdict explained(const sonde::ServedAutoencoder& model, const Pixels& pixels,
                       const sonde::Verdict& verdict) noexcept {
    InputVerdict result{.verdict = verdict};
    if (!verdict.anomalous) return result;
    std::array<double, Network::inputs> errors;
    (void)model.serving()->model.attribute(pixels, errors);
    result.where = shares_of_cells(errors);
    return result;
}

}  // namespace

InputDetector::InputDetector(std::span<const Image> usual, sonde::Registry& registry)
    : model_{fit(usual),
             sonde::RetrainMetrics{registry, {{"model", "inputs"}}},
             sonde::SteadyClock{}.now(),
             {.reservoir = {.capacity = 1500, .acceptance = 0.5}, .least_rows = 500}} {}

InputVerdict InputDetector::observe(const Image& image) noexcept {
    const Pixels pixels = pixels_of(image);
    return explained(model_, pixels, model_.observe(pixels));
}

InputVerdict InputDetector::judge(const Image& image) const noexcept {
    const Pixels pixels = pixels_of(image);
    return explained(model_, pixels, model_.judge(pixels));
}

sonde::Retraining InputDetector::retrain(sonde::TimePoint now, const std::stop_token& stop) {
    return model_.retrain(now, [&stop](sonde::MatrixView rows) { return fit(rows, stop); });
}

}  // namespace demo
