// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <stop_token>

#include "cells.hpp"
#include "network.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/models/served_model.hpp"

namespace demo {

/// What the input detector says of an image.
struct InputVerdict {
    sonde::Verdict verdict;
    CellShares where{};  ///< of the error, when it is anomalous; else zeros
};

/// Does an image look like those that the network was made for? An autoencoder, trained at start-up on real images,
/// and again on its own traffic while it serves.
/// Threading: thread-safe.
class InputDetector {
public:
    /// Trains. Cost: about 2 s for 1,000 images, on this thread.
    /// \param usual  at least 500 images
    /// \throws std::invalid_argument  fewer
    InputDetector(std::span<const Image> usual, sonde::Registry& registry);

    /// Judges an image of the traffic, and may remember it for the next training. Cost: about 10 us with the weights
    /// in the cache, 80 us from memory; as much again for where the error lies. Allocates nothing.
    [[nodiscard]] InputVerdict observe(const Image& image) noexcept;
    /// Judges only.
    [[nodiscard]] InputVerdict judge(const Image& image) const noexcept;

    /// Trains again, on what it remembers; on the caller's thread, while others judge.
    sonde::Retraining retrain(sonde::TimePoint now, const std::stop_token& stop);
    /// Sets its gauges. Call about once a second.
    void tick(sonde::TimePoint now) const noexcept { model_.tick(now); }

private:
    sonde::ServedAutoencoder model_;
};

}  // namespace demo
