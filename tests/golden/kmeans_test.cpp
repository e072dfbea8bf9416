// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the formats.
#include <vector>

#include "sonde/models/kmeans.hpp"
#include "sonde/models/kmeans_stream.hpp"
#include "sonde/models/streaming_kmeans.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

// Centroids (0, 0), (10, 0) and (0, 20) with scales 1, 2 and 4; calibrated with 0.02, 0.04 ... 2.
TEST_CASE("KMeansModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("kmeans_1.bin");
    const auto model = from_bytes<KMeansModel>(bytes);
    CHECK(model.score(std::vector<float>{3, 4}).value == 5);
    CHECK(model.score(std::vector<float>{13, -4}).value == 2.5);
    CHECK(model.score(std::vector<float>{3, 24}).value == 1.25);
    CHECK(model.inertia() == 1.5);
    CHECK(model.iterations() == 4);
    CHECK(model.sizes()[2] == 1);
    CHECK(model.default_threshold() == Approx(1.98));
    CHECK(to_bytes(model) == bytes);
}

// (0, 0) and (10, 0) were the warm-up, then (0, 4) came.
TEST_CASE("StreamingKMeans: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("streaming_kmeans_1.bin");
    const auto scorer = from_bytes<StreamingKMeans>(bytes);
    CHECK(scorer.learned() == 3);
    CHECK(scorer.score(std::vector<float>{0, 2}).value == 0);
    CHECK(scorer.score(std::vector<float>{10, 3}).value == 3);
    CHECK(to_bytes(scorer) == bytes);
}

// A model of values around 0 and 100, each by -1, 0 and 1: from 0 to 100 the mean distance to the centres is 50.
TEST_CASE("KMeansStream: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("kmeans_stream_1.bin");
    const auto scorer = from_bytes<KMeansStream>(bytes);
    CHECK(scorer.learned() == 60);
    CHECK(scorer.score(50).value == Approx(0).margin(1e-9));
    CHECK(scorer.score(103.5).value == Approx(3.5));
    CHECK(to_bytes(scorer) == bytes);
}
