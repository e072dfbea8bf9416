// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <optional>
#include <stop_token>

#include "inputs.hpp"

namespace demo {

/// Trains the input detector again on a thread of its own that yields to those that serve.
/// Threading: single-writer.
class BackgroundTraining {
public:
    explicit BackgroundTraining(InputDetector& detector) : detector_{detector} {}
    BackgroundTraining(const BackgroundTraining&) = delete;
    BackgroundTraining& operator=(const BackgroundTraining&) = delete;
    /// Ends a training that is under way, within an epoch.
    ~BackgroundTraining() { stop_.request_stop(); }

    [[nodiscard]] bool started() const noexcept { return started_; }
    void start();
    /// How it went, once, when it has ended.
    [[nodiscard]] std::optional<sonde::Retraining> result();

private:
    InputDetector& detector_;
    bool started_ = false;
    std::stop_source stop_;
    std::future<sonde::Retraining> training_;
};

}  // namespace demo
