// SPDX-License-Identifier: Apache-2.0
// Laws for what a fit makes of its rows and options.
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "contract/fitted_cases.hpp"
#include "support/catch.hpp"

using namespace sonde;
using namespace sonde::testing;

namespace {

/// The model's scores of rows near and far; what it says must be sound, whatever it was fitted to.
template <class Model>
void check_sound(const Model& model) {
    const auto again = from_bytes<Model>(to_bytes(model));
    CHECK(to_bytes(again) == to_bytes(model));
    for (const auto& example : Example<Row>::extreme()) {
        const Score score = model.score(example.input());
        CHECK(score.status == Status::ok);
        CHECK((is_finite(score.value) && score.value >= 0));
    }
}

/// Fits, or is refused with a reason; anything else fails. True when there is a model, which was checked.
template <class Case>
bool fits(const Training& training) {
    try {
        check_sound(Case::fit(training, {}));
        return true;
    } catch (const std::invalid_argument& error) {
        CHECK(std::string{error.what()}.find(", must be ") != std::string::npos);  // says what would do
        return false;
    }
}

Training copies_of_one_row(std::size_t count) {
    Training training;
    for (std::size_t i = 0; i < count; ++i) {
        training.values.insert(training.values.end(), {1, 2, 3, 4});
        training.labels.push_back(i % 20 == 19 ? 1 : 0);
    }
    return training;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every fit: repeats to the byte", "[models][contract]", FittedModels) {
    CHECK(to_bytes(fitted<TestType>()) == to_bytes(fitted<TestType>()));
}

TEMPLATE_LIST_TEST_CASE("every fit: the host's threads change nothing", "[models][contract]", FittedModels) {
    typename TestType::Options options;
    if constexpr (requires { options.executor; }) {
        const ThreadPerTask threads;
        options.executor = threads;
        CHECK(to_bytes(TestType::fit(usual_training<TestType>(), options)) == to_bytes(fitted<TestType>()));
    }
}

TEMPLATE_LIST_TEST_CASE("every fit: tells how far it is, and ends when it is told to", "[models][contract]",
                        FittedModels) {
    typename TestType::Options options;
    if constexpr (requires { options.progress; }) {
        std::size_t calls = 0;
        bool sound = true;
        auto count = [&](const FitProgress& now) {
            ++calls;
            sound = sound && now.done >= 1 && now.done <= now.total;
            return true;
        };
        options.progress = count;
        static_cast<void>(TestType::fit(usual_training<TestType>(), options));
        CHECK(calls >= 1);
        CHECK(sound);
        const auto stop = [](const FitProgress&) { return false; };
        options.progress = stop;
        CHECK_THROWS_AS(TestType::fit(usual_training<TestType>(), options), FitCancelled);
    }
}

TEMPLATE_LIST_TEST_CASE("every fit: names the row that is not finite", "[models][contract]", FittedModels) {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U, 0xff80'0000U}) {
        Training training = usual_training<TestType>(50);
        training.values[17 * 4 + 2] = std::bit_cast<float>(bits);
        CHECK_THROWS_WITH(TestType::fit(training, {}), Catch::Matchers::ContainsSubstring("row 17"));
    }
}

TEMPLATE_LIST_TEST_CASE("every fit: no row and no feature are refused", "[models][contract]", FittedModels) {
    Training empty, narrow = usual_training<TestType>(50);
    narrow.cols = 0;
    CHECK_THROWS_AS(TestType::fit(empty, {}), std::invalid_argument);
    CHECK_THROWS_AS(TestType::fit(narrow, {}), std::invalid_argument);
}

TEMPLATE_LIST_TEST_CASE("every fit: few, equal and constant rows give a sound model or a reason",
                        "[models][contract]", FittedModels) {
    for (const std::size_t rows : {1U, 2U, 3U, 5U, 10U, 30U}) {
        INFO(rows << " rows");
        fits<TestType>(usual_training<TestType>(rows));
        fits<TestType>(copies_of_one_row(rows));
    }
    Training constant = usual_training<TestType>(300), doubled = constant, huge = constant;
    for (std::size_t i = 0; i < 300; ++i) constant.values[i * 4 + 1] = 7;
    CHECK(fits<TestType>(constant));
    doubled.values.insert(doubled.values.end(), constant.values.begin(), constant.values.end());
    doubled.labels.insert(doubled.labels.end(), constant.labels.begin(), constant.labels.end());
    CHECK(fits<TestType>(doubled));
    for (float& value : huge.values) value *= 1e37F;
    fits<TestType>(huge);
}

TEMPLATE_LIST_TEST_CASE("every fit: equal rows are ordinary, and other rows are not below them",
                        "[models][contract]", FittedModels) {
    const Training equal = copies_of_one_row(2000);
    if (!sees_all_sides<TestType>() || !fits<TestType>(equal)) return;
    const typename TestType::Detector detector{TestType::fit(equal, {})};
    const std::vector<float> same_row{1, 2, 3, 4}, other{1, 2, 3, 40};
    CHECK_FALSE(detector.judge(same_row).anomalous);
    CHECK(detector.score(other).value >= detector.score(same_row).value);
}

TEMPLATE_LIST_TEST_CASE("every fit: the model knows which scores are usual", "[models][contract]",
                        FittedModels) {
    const auto model = fitted<TestType>();
    CHECK(model.calibration().count() > 0);
    CHECK(model.default_threshold() > 0);
}
