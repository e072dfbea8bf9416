// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/served_model.hpp"

#include <cstddef>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/metrics/registry.hpp"
#include "sonde/models/fit_pca.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/noise.hpp"
#include "support/radius_model.hpp"

using namespace sonde;
using namespace std::chrono_literals;
using sonde::testing::fit_radius;
using sonde::testing::RadiusModel;

namespace {

const TimePoint start{};

/// A model for standard normal numbers, 1 % of which are beyond 2.5758, and all that it stands on.
struct Served {
    explicit Served(const RetrainOptions& options = {.reservoir = {.capacity = 2000}}) : options_{options} {}

    void offer_normal(std::size_t count, double centre = 0, double scale = 1) {
        for (std::size_t i = 0; i < count; ++i) {
            const float row[] = {static_cast<float>(centre + scale * rng_.normal())};
            model.offer(row);
        }
    }
    void observe_normal(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const float row[] = {static_cast<float>(rng_.normal())};
            (void)model.observe(row);
        }
    }
    std::uint64_t outcomes(RetrainOutcome outcome) const {
        return metrics.outcomes[static_cast<std::size_t>(outcome)]->value();
    }
    std::uint64_t offers(RowReservoir::Offer fate) const {
        return metrics.offers[static_cast<std::size_t>(fate)]->value();
    }

    RetrainOptions options_;
    Rng rng_{11};
    Registry registry;
    RetrainMetrics metrics{registry, {{"model", "inputs"}}};
    ServedModel<RadiusModel> model{RadiusModel{0, 2.5758}, metrics, start, options_};
};

Verdict at(const ServedModel<RadiusModel>& model, float x) {
    const float row[] = {x};
    return model.judge(row);
}

}  // namespace

TEST_CASE("ServedModel: follows its traffic to another place, and goes back once", "[models]") {
    Served served;
    CHECK(at(served.model, 10).anomalous);
    served.offer_normal(2000, 10);
    const Retraining done = served.model.retrain(start + 60s, fit_radius);
    CHECK(done.outcome == RetrainOutcome::published);
    CHECK(done.why.empty());
    CHECK(done.rows == 1600);
    CHECK(done.held_out == 400);
    CHECK(done.threshold ==
          Approx(2.5758).margin(0.35));               // the 99 % quantile of 1600 normal numbers: +- 0.09
    CHECK(done.loss == Approx(0.7979).margin(0.15));  // E|z| = sqrt(2 / pi); of 400: +- 0.03
    CHECK(done.serving_loss == Approx(10).margin(0.25));
    CHECK_FALSE(at(served.model, 10).anomalous);
    CHECK(at(served.model, 0).anomalous);
    CHECK(at(served.model, 10).threshold == done.threshold);

    CHECK(served.model.roll_back());
    CHECK(at(served.model, 10).anomalous);
    CHECK_FALSE(at(served.model, 0).anomalous);
    CHECK(at(served.model, 0).threshold == 2.5758);
    CHECK_FALSE(served.model.roll_back());
    CHECK(served.metrics.rolled_back.value() == 1);
}

TEST_CASE("ServedModel: a training that does not keep its promises is refused, with the reason", "[models]") {
    Served served;
    served.offer_normal(2000);
    const auto refused = [&](auto fit, RetrainOutcome outcome, const std::string& reason) {
        const Retraining done = served.model.retrain(start, fit);
        CHECK(done.outcome == outcome);
        CHECK_THAT(done.why, Catch::Contains(reason));
        CHECK(served.outcomes(outcome) == 1);
        CHECK(at(served.model, 0).threshold == 2.5758);
        CHECK_FALSE(served.model.roll_back());
    };
    SECTION("a threshold that is too low") {  // P(|z| > 1) = 31.7 %
        refused(
            [](MatrixView) {
                return RadiusModel{0, 1};
            },
            RetrainOutcome::false_alarms, "held-out rows are above the new threshold, 0.00 to 3.00 % may be");
    }
    SECTION("a model that learned nothing, whose threshold is high enough") {
        refused(
            [](MatrixView) {
                return RadiusModel{50, 60};
            },
            RetrainOutcome::loss, "at most 1.5 times that is allowed");
    }
    SECTION("no threshold") {
        refused([](MatrixView) { return RadiusModel{0, 0}; }, RetrainOutcome::bad_scores, "threshold");
    }
    SECTION("diverged") {
        refused([](MatrixView) -> RadiusModel { throw TrainingDiverged{"loss of epoch 3"}; },
                RetrainOutcome::fit_failed, "loss of epoch 3");
    }
    SECTION("cancelled") {
        refused([](MatrixView) -> RadiusModel { throw FitCancelled{"shutting down"}; },
                RetrainOutcome::cancelled, "shutting down");
    }
    SECTION("out of memory") {
        refused([](MatrixView) -> RadiusModel { throw std::bad_alloc{}; }, RetrainOutcome::fit_failed, "");
    }
    SECTION("within another") {
        const auto inner = [&](MatrixView) -> RadiusModel {
            refused(fit_radius, RetrainOutcome::busy, "under way");
            throw std::runtime_error{"outer"};
        };
        refused(inner, RetrainOutcome::fit_failed, "outer");
    }
}

TEST_CASE("ServedModel: a model that suspiciously never raises an alarm can be refused", "[models]") {
    Served served{{.reservoir = {.capacity = 2000}, .lowest_false_alarm_rate = 0.001}};
    served.offer_normal(2000);
    const auto blind = [](MatrixView) { return RadiusModel{0, 100}; };
    CHECK(served.model.retrain(start, blind).outcome == RetrainOutcome::false_alarms);
}

TEST_CASE("ServedModel: too few rows are not trained with", "[models]") {
    Served served;
    served.offer_normal(999);
    const Retraining done = served.model.retrain(start, fit_radius);
    CHECK(done.outcome == RetrainOutcome::too_few_rows);
    CHECK(done.why == "999 rows in the reservoir, at least 1000 are needed");
    served.offer_normal(1);
    CHECK(served.model.retrain(start, fit_radius).outcome == RetrainOutcome::published);
}

TEST_CASE("ServedModel: what is clearly anomalous or cannot be judged is not learned from", "[models]") {
    Served served;
    const float usual[] = {1}, unusual[] = {5}, foreign[] = {6},
                nan[] = {std::numeric_limits<float>::quiet_NaN()};
    CHECK_FALSE(served.model.observe(usual).anomalous);
    CHECK(served.model.observe(unusual).anomalous);  // but below twice the threshold
    CHECK(served.model.observe(foreign).anomalous);
    CHECK(served.model.observe(nan).score.status == Status::bad_input);
    CHECK(served.model.reservoir().size() == 2);
    CHECK(served.offers(RowReservoir::Offer::taken) == 2);
    CHECK(served.offers(RowReservoir::Offer::rejected) == 1);
    served.model.offer(foreign);  // who knows better
    CHECK(served.model.reservoir().size() == 3);
}

TEST_CASE(
    "ServedModel: thresholds hold over many retrainings, which they would not if only normal rows were kept",
    "[models]") {
    const auto false_alarms_after_30 = [](double admitted_level) {
        Served served{{.reservoir = {.capacity = 4000, .acceptance = 1}, .admitted_level = admitted_level}};
        for (int i = 0; i < 30; ++i) {
            served.observe_normal(20'000);  // 5 times over: next to nothing of the time before is left
            REQUIRE(served.model.retrain(start, fit_radius).outcome == RetrainOutcome::published);
        }
        int alarms = 0;
        for (int i = 0; i < 20'000; ++i)
            alarms += at(served.model, static_cast<float>(served.rng_.normal())).anomalous;
        return alarms / 20'000.0;
    };
    CHECK(false_alarms_after_30(2) == Approx(0.01).margin(0.006));
    CHECK(false_alarms_after_30(1) > 0.1);  // 1 % more with each
}

TEST_CASE("ServedModel: the request path allocates nothing", "[models]") {
    Served served;
    const float row[] = {1};
    (void)served.model.observe(row);
    const testing::AllocationCount count;
    for (int i = 0; i < 5000; ++i) (void)served.model.observe(row);
    (void)served.model.judge(row);
    served.model.offer(row);
    served.model.tick(start);
    CHECK(count.since_start() == 0);
}

TEST_CASE("ServedModel: tells the age of what serves, its threshold, and what became of trainings",
          "[models]") {
    Served served;
    served.offer_normal(2000);
    served.model.tick(start + 5s);
    CHECK(served.metrics.model_age.value() == 5.0);
    CHECK(served.metrics.threshold.value() == 2.5758);
    CHECK(served.metrics.held_rows.value() == 2000.0);
    const Retraining done = served.model.retrain(start + 60s, fit_radius);
    served.model.tick(start + 61s);
    CHECK(served.metrics.model_age.value() == 1.0);
    CHECK(served.metrics.threshold.value() == done.threshold);
    CHECK(served.metrics.false_alarm_rate.value() == done.false_alarm_rate);
    CHECK(served.outcomes(RetrainOutcome::published) == 1);
    REQUIRE(served.model.roll_back());
    served.model.tick(start + 70s);
    CHECK(served.metrics.model_age.value() == 70.0);  // the old model is as old as it is

    std::size_t outcomes = 0;
    for (const Family& family : served.registry.families(start))
        if (family.name == "sonde_retrainings_total") outcomes = family.series.size();
    CHECK(outcomes == retrain_outcomes);
}

TEST_CASE("ServedModel: an autoencoder is trained without further words", "[models]") {
    // Rows on a line of the unit square, and the model of another line.
    Rng rng{5};
    std::vector<float> rising, falling;
    for (int i = 0; i < 2000; ++i) {
        const auto t = static_cast<float>(0.1 + 0.8 * rng.uniform());
        for (int k = 0; k < 8; ++k) rising.push_back(t);
        for (int k = 0; k < 8; ++k) falling.push_back(k % 2 == 0 ? t : 1 - t);
    }
    Registry registry;
    const AutoencoderOptions small{.hidden = {16, 1, 16},
                                   .training = {.loss = Loss::cross_entropy, .epochs = 60, .batch_rows = 32}};
    const auto fit = [&](MatrixView rows) { return fit_autoencoder(rows, small); };
    ServedAutoencoder served{fit({falling.data(), 2000, 8}), RetrainMetrics{registry}, start};
    const Row foreign{falling.data(), 8}, usual{rising.data(), 8};
    for (std::size_t i = 0; i < 2000; ++i) served.offer({rising.data() + 8 * i, 8});
    const Retraining done = served.retrain(start, fit);
    INFO(done.why);
    REQUIRE(done.outcome == RetrainOutcome::published);
    CHECK(done.loss < 0.2 * done.serving_loss);
    CHECK(served.judge(foreign).level() > 1);
    CHECK(served.judge(usual).level() < 1);
    CHECK(served.retrain(start).outcome != RetrainOutcome::fit_failed);  // the defaults fit rows in [0, 1]
}

TEST_CASE("ServedModel: options out of their range are refused", "[models]") {
    const auto refuses = [](const RetrainOptions& options) {
        CHECK_THROWS_AS(Served{options}, std::invalid_argument);
    };
    refuses({.admitted_level = 0.99});
    refuses({.least_rows = 9});
    refuses({.reservoir = {.capacity = 999}});  // of which 1000 can never be held
    refuses({.held_out = 0.04});
    refuses({.held_out = 0.51});
    refuses({.lowest_false_alarm_rate = 0.04});
    refuses({.highest_false_alarm_rate = 1.01});
    refuses({.highest_loss_ratio = 0});
    refuses({.highest_loss_ratio = std::numeric_limits<double>::infinity()});
}
