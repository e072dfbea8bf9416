// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training_metrics.hpp"

#include <string>
#include <vector>

#include "sonde/exporters/prometheus.hpp"
#include "sonde/metrics/gauge.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/models/neural/training.hpp"
#include "sonde/testing/manual_clock.hpp"
#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("TrainingMetrics: gauges that are absent before the first epoch, and say how it ended",
          "[models]") {
    Registry registry{{.prefix = "demo"}};
    TrainingMetrics metrics{registry, {{"model", "input"}}};
    CHECK_FALSE(metrics.loss.value());
    metrics.observe(1, 4, {0.5, 0.25, 0.01}, std::chrono::seconds{2});
    metrics.observe(2, 4, {0.375, 0.125, 0.001}, std::chrono::seconds{3});
    const std::string text = prometheus_text(registry.families(TimePoint{}));
    for (const std::string line :
         {"training_loss{model=\"input\"} 0.375", "training_validation_loss{model=\"input\"} 0.125",
          "training_epoch{model=\"input\"} 2", "training_epochs{model=\"input\"} 4",
          "training_learning_rate{model=\"input\"} 0.001", "training_duration_seconds{model=\"input\"} 5",
          "training_left_seconds{model=\"input\"} 6"}) {
        INFO(line << "\n" << text);
        CHECK(text.find("\ndemo_" + line + "\n") != std::string::npos);
    }
    metrics.observe(1, 1, {0.5, 0.25, 0.01}, std::chrono::seconds{7});  // another training
    CHECK(metrics.duration.value() == 7.0);
    CHECK(metrics.time_left.value() == 0.0);
}

TEST_CASE("TrainingMetrics: a training reports to it, by a clock that is handed in", "[models]") {
    Registry registry;
    TrainingMetrics metrics{registry};
    testing::ManualClock clock;
    auto watch = metrics.watch(clock.face());
    clock.advance(std::chrono::seconds{3});
    CHECK(watch(std::size_t{1}, std::size_t{3}, EpochLosses{1, 2, 0.1}));
    CHECK(metrics.duration.value() == 3.0);
    CHECK(metrics.time_left.value() == 6.0);

    const std::vector<float> x{0, 1, 2, 3};
    const std::vector<LayerShape> shapes{{1, Activation::linear}};
    TrainingOptions options{.epochs = 5};
    options.progress = watch;
    const auto trained = train(random_network(1, shapes), {x.data(), 4, 1}, {x.data(), 4, 1}, 1, options);
    CHECK(metrics.epoch.value() == 5.0);
    CHECK(metrics.loss.value() == trained.history.back().training);
    CHECK(metrics.validation_loss.value() == trained.history.back().validation);
}
