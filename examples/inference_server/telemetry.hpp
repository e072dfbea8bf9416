// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "cells.hpp"
#include "inputs.hpp"
#include "network.hpp"
#include "sonde/sonde.hpp"

namespace demo {

/// Why a request was not answered.
enum class Failure { bad_request, internal };

/// How many images were flagged as foreign, and in how many of them a cell was a main one.
struct ForeignCounts {
    std::uint64_t images = 0;
    std::array<std::uint64_t, cell_count> main_cells{};
};

/// What the server records: everything that the rest of the demo knows of it comes from here.
///
/// Each metric is registered once and lives in the registry; what happens per request is a handful of
/// relaxed atomic additions, and a distance in ten dimensions.
/// Threading: `answered` and `failed` from one thread, since the output detector learns; all else thread-safe.
class Telemetry {
public:
    explicit Telemetry(sonde::Registry& registry);

    /// A prediction goes out. \param arrived, now  when the request came, and when its answer was ready
    /// \param scoring       how long the input detector took of that
    void answered(std::uint64_t id, const Prediction& prediction, const InputVerdict& input,
                  sonde::Duration scoring, sonde::TimePoint arrived, sonde::TimePoint now) noexcept;
    void failed(Failure why) noexcept;
    /// Somebody says what the image of request `id` was.
    void labelled(std::uint64_t id, std::size_t digit) noexcept;

    [[nodiscard]] ForeignCounts foreign_counts() const noexcept;

    sonde::ErrorRate& requests;
    sonde::Latency& latency;
    sonde::Latency& input_scoring;  ///< what the input detector adds to a request
    sonde::Throughput& predictions;
    sonde::Classification& quality;
    sonde::LabelJoin& labels;                         ///< joins predictions with the labels that come later
    sonde::Counter &usual_inputs, &unusual_inputs;    ///< what the input detector said of each image
    sonde::Counter &usual_outputs, &unusual_outputs;  ///< what the output detector said of each prediction

private:
    const sonde::Outcome bad_request_, internal_;
    std::array<sonde::Counter*, cell_count> main_cells_;
    /// Mahalanobis distance of the ten logits. It learns from the traffic, but never from what it found
    /// unusual: foreign images must not become normal.
    sonde::MultivariateGaussianDetector output_{
        {.dimension = Network::outputs, .covariance = sonde::Covariance::full, .warm_up = 500},
        sonde::LearnFrom::normal_only};
};

}  // namespace demo
