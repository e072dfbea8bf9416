// SPDX-License-Identifier: Apache-2.0
// What was written with version 1 of the formats. The machines are those that svm-train of libsvm 3.24 found for six
// rows; decision values and probabilities are those that its svm_predict gives.
#include <cmath>
#include <vector>

#include "sonde/models/one_class_svm.hpp"
#include "sonde/models/random_features.hpp"
#include "sonde/models/svc.hpp"
#include "support/catch.hpp"
#include "support/golden_file.hpp"

using namespace sonde;
using sonde::testing::golden_file;

namespace {

const std::vector<float> first{1, 0.5F, -0.5F}, second{2, -1, 0.5F}, third{0, 0, 0};

}  // namespace

TEST_CASE("OneClassSvmModel: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("one_class_svm_1.bin");
    const auto model = from_bytes<OneClassSvmModel>(bytes);
    CHECK(model.decision(first).value() == Approx(-0.0716277512146436).margin(1e-12));
    CHECK(model.decision(second).value() == Approx(-0.00025696541803166273).margin(1e-12));
    CHECK(model.score(third).value ==
          Approx(-std::log((-0.3607302539176783 + 0.97047500814363397) / 3)).epsilon(1e-6));
    CHECK(model.iterations() == 12);
    CHECK(model.default_threshold() == 3);
    CHECK(to_bytes(model) == bytes);
}

TEST_CASE("SvcModel: files of version 1 are read and score as they did", "[golden]") {
    const auto bytes = golden_file("svc_1.bin");
    const auto model = from_bytes<SvcModel>(bytes);
    CHECK(model.decision(first).value() == Approx(0.6618041080098197).margin(1e-12));
    CHECK(model.score(second).value == Approx(0.0838572477439664).epsilon(1e-6));
    CHECK(model.score(third).value == Approx(0.746328768217613).epsilon(1e-6));
    CHECK(model.calibration().threshold() == 3);
    CHECK(to_bytes(model) == bytes);
    const auto linear_bytes = golden_file("svc_linear_1.bin");
    const auto linear = from_bytes<SvcModel>(linear_bytes);
    CHECK(linear.decision(first).value() == Approx(0.7210656784311743).margin(1e-12));
    CHECK(linear.decision(second).value() == Approx(-1.0006216196764202).margin(1e-12));
    CHECK_FALSE(linear.probability().has_value());
    CHECK(to_bytes(linear) == linear_bytes);
}

TEST_CASE("OnlineOneClassSvm: a file of version 1 is read and scores as it did", "[golden]") {
    const auto bytes = golden_file("online_one_class_svm_1.bin");
    const auto scorer = from_bytes<OnlineOneClassSvm>(bytes);
    CHECK(scorer.learned() == 200);
    CHECK(scorer.options().nu == 0.25);
    CHECK(scorer.score(std::vector<float>{0}).value == Approx(0.51372429369351635).epsilon(1e-5));
    CHECK(scorer.score(std::vector<float>{1}).value == Approx(0.50213473923546625).epsilon(1e-5));
    CHECK(scorer.score(std::vector<float>{-2}).value == Approx(0.65897427015586452).epsilon(1e-5));
    CHECK(to_bytes(scorer) == bytes);
}
