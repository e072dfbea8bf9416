// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/recommend.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "sonde/detectors/catalogue.hpp"
#include "sonde/models/catalogue.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

std::string first(const DataProfile& profile) { return std::string{recommend(profile).front().name}; }

/// What a recommendation may name: what the catalogues have, and the streaming detectors of rows.
std::set<std::string> known() {
    std::set<std::string> names{"multivariate-gaussian", "random-cut-forest", "streaming-kmeans",
                                "kmeans-stream"};
    for (const auto& entry : model_catalogue()) names.emplace(entry.name);
    for (const auto& entry : detector_catalogue()) names.emplace(entry.name);
    return names;
}

}  // namespace

TEST_CASE("recommend: names only what there is, says why, and is never empty", "[models]") {
    const auto names = known();
    for (const std::size_t features : {1U, 2U, 16U, 784U, 20'000U})
        for (const std::size_t labels : {0U, 5U, 20U, 1000U})
            for (const double microseconds : {0.0, 1e-3, 1.0, 30.0, 1e6})
                for (int bits = 0; bits < 8; ++bits) {
                    const auto all = recommend({.features = features,
                                                .labelled_anomalies = labels,
                                                .streaming = (bits & 1) != 0,
                                                .clean = (bits & 2) != 0,
                                                .readable = (bits & 4) != 0,
                                                .microseconds = microseconds});
                    REQUIRE_FALSE(all.empty());
                    for (const Recommendation& one : all) {
                        REQUIRE(names.contains(std::string{one.name}));
                        REQUIRE_FALSE(one.reason.empty());
                    }
                }
}

TEST_CASE("recommend: without anything known it is the default", "[models]") {
    CHECK(first({.features = 10}) == "default");
    CHECK(first({.features = 10, .clean = true}) == "default");
    CHECK(first({.features = 10, .labelled_anomalies = 19}) == "default");
    CHECK(first({.features = 20'000}) != "default");
}

TEST_CASE("recommend: enough labels make it a classifier, readable ones a tree", "[models]") {
    CHECK(first({.features = 10, .labelled_anomalies = 20}) == "random-forest");
    CHECK(first({.features = 10, .labelled_anomalies = 20, .readable = true}) == "decision-tree");
}

TEST_CASE("recommend: a stream without training rows gets what learns as it goes", "[models]") {
    CHECK(first({.features = 1, .streaming = true}) == "sliding-window");
    CHECK(first({.features = 8, .streaming = true}) == "random-cut-forest");
}

TEST_CASE("recommend: what takes too long is left out", "[models]") {
    CHECK(first({.features = 16, .microseconds = 3}) == "mahalanobis");
    CHECK(first({.features = 16, .clean = true, .microseconds = 50}) == "dbscan");
    CHECK(first({.features = 100, .microseconds = 1e-6}) == "multivariate-gaussian");
    CHECK(first({.features = 1, .microseconds = 1e-6}) == "gaussian");
}

TEST_CASE("recommend: refuses a profile of nothing", "[models]") {
    CHECK_THROWS_AS(recommend({.features = 0}), std::invalid_argument);
    CHECK_THROWS_AS(recommend({.microseconds = -1}), std::invalid_argument);
}
