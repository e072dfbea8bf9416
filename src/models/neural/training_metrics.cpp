// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training_metrics.hpp"

#include "sonde/metrics/gauge.hpp"
#include "sonde/metrics/registry.hpp"

namespace sonde {

TrainingMetrics::TrainingMetrics(Registry& registry, const Labels& labels)
    : loss{registry.gauge("training_loss", "Loss of the rows that are trained with, mean of the last epoch.",
                          labels)},
      validation_loss{registry.gauge("training_validation_loss",
                                     "Loss of the rows that are held out, after the last epoch.", labels)},
      epoch{registry.gauge("training_epoch", "Epochs of the training that have ended.", labels)},
      epochs{registry.gauge("training_epochs", "Epochs that the training has at most.", labels)},
      learning_rate{registry.gauge("training_learning_rate", "Learning rate of the last epoch.", labels)},
      duration{registry.gauge("training_duration_seconds", "What the epochs so far took.", labels)},
      time_left{registry.gauge("training_left_seconds",
                               "What the epochs to come take if each is as long as the last one.", labels)} {}

void TrainingMetrics::observe(std::size_t ended, std::size_t most, const EpochLosses& losses,
                              Duration took) noexcept {
    loss.set(losses.training);
    validation_loss.set(losses.validation);
    epoch.set(static_cast<double>(ended));
    epochs.set(static_cast<double>(most));
    learning_rate.set(losses.learning_rate);
    if (ended <= 1) duration.set(0);  // another training
    duration.add(seconds(took));
    time_left.set(ended < most ? static_cast<double>(most - ended) * seconds(took) : 0.0);
}

}  // namespace sonde
