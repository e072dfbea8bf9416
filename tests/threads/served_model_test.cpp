// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/served_model.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "sonde/metrics/registry.hpp"
#include "support/catch.hpp"
#include "support/radius_model.hpp"

using namespace sonde;
using sonde::testing::RadiusModel;

TEST_CASE(
    "RowReservoir: rows that 4 threads offer while another copies are never torn, and all are accounted for",
    "[models][threads]") {
    constexpr std::size_t dimension = 64, offers = 5000;
    RowReservoir reservoir{dimension, {.capacity = 32, .acceptance = 1}};
    std::atomic<std::uint64_t> fates[4]{};
    std::atomic<int> running{4};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < offers; ++i) {
                const std::vector<float> row(dimension,
                                             static_cast<float>(t * 1'000'000) + static_cast<float>(i));
                ++fates[static_cast<std::size_t>(reservoir.offer(row))];
            }
            --running;
        });
    std::size_t torn = 0, copies = 0;
    while (running > 0 || copies == 0) {
        const auto rows = reservoir.rows(copies++);
        for (std::size_t i = 0; i < rows.size(); ++i)
            torn += rows[i] != rows[i / dimension * dimension] ? 1U : 0U;
        std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    CHECK(torn == 0);
    CHECK(reservoir.size() == 32);
    CHECK(fates[0] + fates[1] + fates[2] + fates[3] == 4 * offers);
    CHECK(fates[0] >= 32);
    CHECK(fates[1] == 0);  // accepts all
    CHECK(fates[3] == 0);
}

TEST_CASE("ServedModel: 4 threads observe whole models while others retrain and roll back",
          "[models][threads]") {
    // Every version that ever serves has a threshold of 100 more than its centre.
    Registry registry;
    RetrainMetrics metrics{registry};
    ServedModel<RadiusModel> served{RadiusModel{0, 100},
                                    metrics,
                                    {},
                                    {.reservoir = {.capacity = 128, .acceptance = 1}, .least_rows = 10}};
    for (int i = 0; i < 128; ++i) served.offer(std::vector<float>{1});  // enough to train with from the start
    std::atomic<bool> done{false};
    std::atomic<int> broken{0};
    std::vector<std::thread> readers, writers;
    for (int r = 0; r < 4; ++r)
        readers.emplace_back([&] {
            const float row[] = {1};
            bool seen = false;
            while (!done.load() || !seen) {
                const Verdict verdict = served.observe(row);
                const double centre = verdict.threshold - 100;
                if (verdict.score.value != detail::abs(1 - centre)) ++broken;
                {
                    const auto reading = served.serving();
                    if (reading->model.threshold != reading->model.centre + 100) ++broken;
                }
                seen = true;
                std::this_thread::yield();
            }
        });
    std::atomic<std::uint64_t> rolled_back{0};
    for (int w = 0; w < 2; ++w)
        writers.emplace_back([&, w] {
            for (int i = 0; i < 200; ++i) {
                const double centre = (w * 200 + i) % 3 * 0.125;  // exact; the mean score is 1 to 0.75
                const auto fit = [centre](MatrixView) { return RadiusModel{centre, centre + 100}; };
                (void)served.retrain({}, fit);
                if (i % 4 == 0 && served.roll_back()) ++rolled_back;
                served.tick({});
            }
        });
    for (auto& writer : writers) writer.join();
    done = true;
    for (auto& reader : readers) reader.join();
    CHECK(broken == 0);
    CHECK(metrics.rolled_back.value() == rolled_back);
    std::uint64_t outcomes = 0;
    for (const Counter* outcome : metrics.outcomes) outcomes += outcome->value();
    CHECK(outcomes == 400);
    CHECK(metrics.outcomes[0]->value() > 0);
    CHECK(metrics.outcomes[static_cast<std::size_t>(RetrainOutcome::fit_failed)]->value() == 0);
}
