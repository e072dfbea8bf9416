// SPDX-License-Identifier: Apache-2.0
#include "inputs.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>

#include "background.hpp"
#include "files.hpp"
#include "rehearsal.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

const std::filesystem::path data = DEMO_DATA;

/// What the demo starts with; trained once for all tests.
struct Trained {
    sonde::Registry registry{{.prefix = "demo"}};
    demo::InputDetector detector{demo::load_images(data / "training.idx3-ubyte"), registry};
    std::vector<demo::Image> unseen = demo::load_samples(data).images;
    demo::ForeignImages foreign{demo::load_images(data / "photographs.idx3-ubyte")};
};
Trained& trained() {
    static Trained all;
    return all;
}

std::uint64_t retrainings(const sonde::Registry& registry, const std::string& outcome) {
    for (const auto& family : registry.families({}))
        if (family.name == "demo_retrainings_total")
            for (const auto& series : family.series)
                for (const auto& label : series.labels)
                    if (label.name == "outcome" && label.value == outcome) return series.value.whole;
    return 0;
}

}  // namespace

TEST_CASE("Inputs: foreign images of each kind are told from digits that were not trained on", "[demo]") {
    const auto& [registry, detector, unseen, foreign] = trained();
    const auto rehearsal = demo::rehearse(detector, unseen, foreign);
    CHECK(rehearsal.false_alarms < 0.04);
    REQUIRE(rehearsal.kinds.size() == 4);
    for (const auto& kind : rehearsal.kinds) {
        INFO(demo::name(kind.kind));
        const bool turned = kind.kind == demo::Foreign::rotated;  // a 1, a 4 and a 9 are given back well
        CHECK(kind.auroc > (turned ? 0.9 : 0.99));
        CHECK(kind.flagged > (turned ? 0.25 : 0.95));
    }
    CHECK_THAT(demo::to_table(rehearsal), Catch::Contains("photographs") && Catch::Contains("AUROC"));
}

TEST_CASE("Inputs: of a digit with a black square the error lies in the cell of the square", "[demo]") {
    const auto& detector = trained().detector;
    int flagged = 0, found = 0, squares = 0;
    for (std::size_t i = 0; i < 100; ++i)
        for (std::size_t cell = 0; cell < demo::cell_count; ++cell) {
            if (cell % 4 % 3 != 0 && cell / 4 % 3 != 0) continue;  // the middle, where the digit itself is
            demo::Image image = trained().unseen[i];
            for (std::size_t pixel = 0; pixel < 49; ++pixel)
                image[(cell / 4 * 7 + pixel / 7) * 28 + cell % 4 * 7 + pixel % 7] = 255;
            const auto seen = detector.judge(image);
            ++squares;
            if (!seen.verdict.anomalous) continue;
            ++flagged;
            found += std::max_element(seen.where.begin(), seen.where.end()) - seen.where.begin() ==
                     static_cast<std::ptrdiff_t>(cell);
        }
    CHECK(flagged > 0.5 * squares);  // it adds at most 1/16 to the mean error
    CHECK(found > 0.95 * flagged);
}

TEST_CASE("Inputs: a usual image has no place of error, and judging allocates nothing", "[demo]") {
    auto& all = trained();
    sonde::Rng rng{1};
    const demo::Image noise = all.foreign.make(demo::Foreign::noise, {}, rng);
    (void)all.detector.observe(noise);
    const sonde::testing::AllocationCount count;
    const auto foreign = all.detector.observe(noise);
    demo::InputVerdict usual;
    for (const auto& image : all.unseen)
        if (usual = all.detector.observe(image); !usual.verdict.anomalous) break;
    CHECK(count.since_start() == 0);
    CHECK(foreign.verdict.anomalous);
    CHECK(usual.where == demo::CellShares{});
}

TEST_CASE("Inputs: trains again in the background on its traffic, and stops when told to", "[demo]") {
    sonde::Registry registry{{.prefix = "demo"}};
    const auto training = demo::load_images(data / "training.idx3-ubyte");
    demo::InputDetector detector{std::span{training}.first(500), registry};
    for (const auto& image : trained().unseen) (void)detector.observe(image);
    {
        demo::BackgroundTraining ended_at_once{detector};
        CHECK_FALSE(ended_at_once.started());
        CHECK_FALSE(ended_at_once.result());
        ended_at_once.start();
        CHECK(ended_at_once.started());
    }
    CHECK(retrainings(registry, "cancelled") == 1);

    demo::BackgroundTraining background{detector};
    background.start();
    std::optional<sonde::Retraining> done;
    while (!done) {
        (void)detector.judge(training.front());
        std::this_thread::sleep_for(10ms);  // the training has the lower priority
        done = background.result();
    }
    INFO(done->why);
    CHECK(done->outcome == sonde::RetrainOutcome::published);
    CHECK(done->rows + done->held_out > 900);
    CHECK_FALSE(background.result());
}

TEST_CASE("Inputs: a handful of images is not enough to train on", "[demo]") {
    sonde::Registry registry{{.prefix = "demo"}};
    CHECK_THROWS_AS((demo::InputDetector{std::vector<demo::Image>(499), registry}), std::invalid_argument);
}
