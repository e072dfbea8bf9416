// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/family.hpp"
#include "sonde/models/neural/training_state.hpp"

namespace sonde {

class Gauge;
class Registry;

/// Where a training is, for whoever watches the server: gauges behind the registry's prefix.
///
///     sonde::TrainingMetrics metrics{registry, {{"model", "input-autoencoder"}}};
///     auto watch = metrics.watch();
///     options.training.progress = watch;
///
/// The gauges belong to the registry; this refers to them. They are absent until the first epoch has ended, and stay
/// when the training has.
/// Threading: thread-safe.
struct TrainingMetrics {
    /// \throws std::invalid_argument  as asking the registry does
    explicit TrainingMetrics(Registry& registry, const Labels& labels = {});

    /// An epoch has ended.
    /// \param ended  which, from 1.  \param most  how many there are at most.  \param took  it alone
    void observe(std::size_t ended, std::size_t most, const EpochLosses& losses, Duration took) noexcept;

    /// An EpochCallback, to be kept while training runs, that observes each epoch and never ends it; times by a clock
    /// from now on. This lives as long as it is called.
    template <Clock C = SteadyClock>
    [[nodiscard]] auto watch(C clock = {}) noexcept {
        return [this, clock = std::move(clock), last = TimePoint{clock.now()}](
                   std::size_t ended, std::size_t most, const EpochLosses& losses) mutable {
            const TimePoint now = clock.now();
            observe(ended, most, losses, now - std::exchange(last, now));
            return true;
        };
    }

    Gauge& loss;             ///< training_loss
    Gauge& validation_loss;  ///< training_validation_loss
    Gauge& epoch;            ///< training_epoch: how many have ended
    Gauge& epochs;           ///< training_epochs: how many there are at most
    Gauge& learning_rate;    ///< training_learning_rate, of the epoch that ended
    Gauge& duration;   ///< training_duration_seconds: the epochs so far, of those that were observed here
    Gauge& time_left;  ///< training_left_seconds: if each epoch to come takes as long as the last one did
};

}  // namespace sonde
