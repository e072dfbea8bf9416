// SPDX-License-Identifier: Apache-2.0
#include "golden/isolation_forest.hpp"

#include <cstddef>
#include <span>

#include "sonde/models/isolation_forest.hpp"
#include "support/catch.hpp"

using namespace sonde;
namespace golden = sonde::testing::golden;

TEST_CASE("IsolationForestModel: a file of version 1 gives scikit-learn's scores", "[golden]") {
    const auto file = std::as_bytes(std::span{golden::isolation_forest});
    const auto model = from_bytes<IsolationForestModel>(file);
    CHECK(model.dimension() == 3);
    CHECK(model.trees() == 4);
    CHECK(model.sample_size() == 12);
    CHECK(model.calibration().count() == 24);
    CHECK(model.default_threshold() == Approx(golden::isolation_highest).epsilon(1e-12));
    for (std::size_t i = 0; i < std::size(golden::isolation_scores); ++i)
        CHECK(model.score(golden::isolation_probes[i]).value ==
              Approx(golden::isolation_scores[i]).epsilon(1e-6));
}
