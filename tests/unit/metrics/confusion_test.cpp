// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/confusion.hpp"

#include <cmath>
#include <limits>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using sonde::Average;
using sonde::ClassCounts;
using sonde::ConfusionMatrix;

namespace {

/// Powers' textbook case: 60 of 90 ill found, 20 of 110 healthy called ill.
ConfusionMatrix screening() {
    ConfusionMatrix m{2};
    m.add(1, 1, 60);
    m.add(0, 1, 30);
    m.add(1, 0, 20);
    m.add(0, 0, 90);
    return m;
}

ConfusionMatrix three_classes() {
    ConfusionMatrix m{3};
    m.add(0, 0, 5);
    m.add(1, 0, 1);
    m.add(1, 1, 2);
    m.add(2, 1, 2);
    return m;  // class 2 is predicted, never a label
}

}  // namespace

TEST_CASE("ConfusionMatrix: binary figures are those of the textbook", "[metrics]") {
    const ConfusionMatrix m = screening();
    CHECK(m.total() == 200);
    CHECK(m.accuracy() == Approx(150.0 / 200).epsilon(1e-15));
    CHECK(m.precision(Average::binary) == Approx(60.0 / 80).epsilon(1e-15));
    CHECK(m.recall(Average::binary) == Approx(60.0 / 90).epsilon(1e-15));
    CHECK(m.f1(Average::binary) == Approx(2 * 0.75 * (2.0 / 3) / (0.75 + 2.0 / 3)).epsilon(1e-15));
    CHECK(m.balanced_accuracy() == Approx((60.0 / 90 + 90.0 / 110) / 2).epsilon(1e-15));
    const double matthews = (60.0 * 90 - 20.0 * 30) / std::sqrt(80.0 * 90 * 110 * 120);
    CHECK(m.matthews() == Approx(matthews).epsilon(1e-14));
}

TEST_CASE("ConfusionMatrix: the binary average is class 1, any other class can be asked for", "[metrics]") {
    const ConfusionMatrix m = screening();
    CHECK(m.precision(Average::binary) == m.precision(1));
    CHECK(m.precision(0) == Approx(90.0 / 120).epsilon(1e-15));
    CHECK(m.recall(0) == Approx(90.0 / 110).epsilon(1e-15));
}

TEST_CASE("ConfusionMatrix: F-beta is the weighted harmonic mean of precision and recall", "[metrics]") {
    const ConfusionMatrix m = screening();
    const double beta = GENERATE(0.0, 0.5, 1.0, 2.0, 10.0);
    const double p = m.precision(1), r = m.recall(1), square = beta * beta;
    CHECK(m.f_beta(1, beta) == Approx((1 + square) * p * r / (square * p + r)).epsilon(1e-14));
}

TEST_CASE("ConfusionMatrix: averages pool, mean and weigh", "[metrics]") {
    const ConfusionMatrix m = three_classes();
    CHECK(m.precision(Average::micro) == m.accuracy());
    CHECK(m.recall(Average::macro) == Approx((5.0 / 6 + 2.0 / 4 + 0) / 3).epsilon(1e-15));
    CHECK(m.precision(Average::macro) == Approx((1.0 + 2.0 / 3 + 0) / 3).epsilon(1e-15));
    CHECK(m.precision(Average::weighted) == Approx((6 * 1.0 + 4 * 2.0 / 3) / 10).epsilon(1e-15));
    CHECK(m.balanced_accuracy() == Approx((5.0 / 6 + 2.0 / 4) / 2).epsilon(1e-15));  // labels only
}

TEST_CASE("ConfusionMatrix: classes that never occur do not count in the macro average", "[metrics]") {
    ConfusionMatrix wide{50};
    wide.add(0, 0, 3);
    wide.add(1, 0, 1);
    wide.add(1, 1, 4);
    ConfusionMatrix narrow{2};
    narrow.add(0, 0, 3);
    narrow.add(1, 0, 1);
    narrow.add(1, 1, 4);
    CHECK(wide.f1(Average::macro) == narrow.f1(Average::macro));
    CHECK(wide.precision(Average::macro, 1) == narrow.precision(Average::macro, 1));
}

TEST_CASE("ConfusionMatrix: 0/0 is what the caller says", "[metrics]") {
    const ConfusionMatrix empty{3};
    for (const double zero : {0.0, 1.0, -1.0}) {
        CHECK(empty.accuracy(zero) == zero);
        CHECK(empty.balanced_accuracy(zero) == zero);
        CHECK(empty.matthews(zero) == zero);
        CHECK(empty.precision(0, zero) == zero);
        CHECK(empty.recall(2, zero) == zero);
        CHECK(empty.f1(1, zero) == zero);
        for (const Average average : {Average::binary, Average::micro, Average::macro, Average::weighted}) {
            CHECK(empty.precision(average, zero) == zero);
            CHECK(empty.recall(average, zero) == zero);
            CHECK(empty.f_beta(average, 2, zero) == zero);
        }
        CHECK(three_classes().recall(2, zero) == zero);
        CHECK(three_classes().precision(2, zero) == 0);
    }
}

TEST_CASE("ConfusionMatrix: Matthews is 1 when all is right, -1 when all is wrong, 0/0 when all are alike",
          "[metrics]") {
    ConfusionMatrix right{2}, wrong{2}, alike{2};
    right.add(0, 0, 7);
    right.add(1, 1, 3);
    wrong.add(0, 1, 7);
    wrong.add(1, 0, 3);
    alike.add(1, 0, 7);
    alike.add(1, 1, 3);
    CHECK(right.matthews() == Approx(1).epsilon(1e-14));
    CHECK(wrong.matthews() == Approx(-1).epsilon(1e-14));
    CHECK(alike.matthews(0.25) == 0.25);
}

TEST_CASE("ConfusionMatrix: a class that does not exist is rejected, not learned", "[metrics]") {
    ConfusionMatrix m{3};
    m.add(3, 0);
    m.add(0, 3, 2);
    m.add(std::numeric_limits<std::size_t>::max(), 0);
    CHECK(m.rejected() == 4);
    CHECK(m.total() == 0);
    CHECK(m.count(0, 3) == 0);
    CHECK(m.precision(3, 0.5) == 0.5);
}

TEST_CASE("ConfusionMatrix: merge equals seeing both streams, subtract takes one away again",
          "[metrics][law]") {
    ConfusionMatrix one{4}, other{4}, both{4};
    for (std::size_t i = 0; i < 1000; ++i) {
        const std::size_t predicted = i * i % 5, actual = i * 3 % 4;  // class 4 is rejected
        (i % 3 == 0 ? one : other).add(predicted, actual);
        both.add(predicted, actual);
    }
    ConfusionMatrix merged = one;
    merged.merge(other);
    CHECK(merged == both);
    merged.subtract(other);
    CHECK(merged == one);
}

TEST_CASE("ConfusionMatrix: subtract stays at 0 rather than below", "[metrics]") {
    ConfusionMatrix small{2}, large{2};
    small.add(0, 0, 1);
    large.add(0, 0, 9);
    small.subtract(large);
    CHECK(small == ConfusionMatrix{2});
}

TEST_CASE("ConfusionMatrix: counts stay exact above 2^53, where a double is not", "[metrics]") {
    ConfusionMatrix m{2};
    m.add(0, 1, (std::uint64_t{1} << 53) + 1);
    CHECK(m.count(0, 1) == (std::uint64_t{1} << 53) + 1);
}

TEST_CASE("ConfusionMatrix: only matrices of as many classes go together", "[metrics]") {
    ConfusionMatrix three{3};
    CHECK_THROWS_AS(three.merge(ConfusionMatrix{4}), std::invalid_argument);
    CHECK_THROWS_AS(three.subtract(ConfusionMatrix{2}), std::invalid_argument);
    CHECK(three == ConfusionMatrix{3});
}

TEST_CASE("ConfusionMatrix: takes 2 to 4096 classes", "[metrics]") {
    CHECK_THROWS_AS(ClassCounts{1}, std::invalid_argument);
    CHECK_THROWS_AS(ConfusionMatrix{0}, std::invalid_argument);
    CHECK_THROWS_AS(ConfusionMatrix{4097}, std::invalid_argument);
    CHECK(ClassCounts{4096}.classes().size() == 4096);
    CHECK(ConfusionMatrix{}.classes().size() == 2);
}

TEST_CASE("ClassCounts: decay keeps every ratio and shrinks every weight", "[metrics]") {
    ClassCounts counts = three_classes().by_class();
    const double f1 = counts.f1(Average::macro), total = counts.total();
    counts.decay(0.125);
    CHECK(counts.total() == total / 8);
    CHECK(counts.f1(Average::macro) == Approx(f1).epsilon(1e-15));
}

TEST_CASE("ConfusionMatrix: asking allocates nothing", "[metrics][allocation]") {
    const ConfusionMatrix m = screening();
    const sonde::testing::AllocationCount count;
    const double sum = m.accuracy() + m.balanced_accuracy() + m.matthews() + m.f1(Average::macro) + m.f1(1);
    CHECK(count.since_start() == 0);
    CHECK(sum > 0);
}
