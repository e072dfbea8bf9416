// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_kmeans.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "models/lloyd.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

/// `groups` clouds on a circle far from each other; row i is of group i % groups.
std::vector<float> clouds(std::size_t groups, std::size_t rows, std::uint64_t seed, double spread = 0.5) {
    Rng rng{seed};
    std::vector<float> values;
    for (std::size_t i = 0; i < rows; ++i) {
        const double angle =
            6.283185307179586 * static_cast<double>(i % groups) / static_cast<double>(groups);
        values.push_back(static_cast<float>(100 * std::cos(angle) + spread * rng.normal()));
        values.push_back(static_cast<float>(100 * std::sin(angle) + spread * rng.normal()));
    }
    return values;
}

MatrixView view(const std::vector<float>& values, std::size_t cols) {
    return {values.data(), values.size() / cols, cols};
}

/// Lloyd's iteration without bounds, to the end.
std::vector<double> plain_lloyd(MatrixView rows, std::vector<double> centres) {
    const std::size_t d = rows.cols(), k = centres.size() / d;
    std::vector<std::size_t> labels(rows.rows(), k);
    for (bool changed = true; changed;) {
        changed = false;
        std::vector<double> sums(k * d), counts(k);
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            std::size_t best = 0;
            double least = 1e300;
            for (std::size_t c = 0; c < k; ++c) {
                double squares = 0;
                for (std::size_t j = 0; j < d; ++j) {
                    const double difference = static_cast<double>(rows.row(i)[j]) - centres[c * d + j];
                    squares += difference * difference;
                }
                if (squares < least) least = squares, best = c;
            }
            changed |= labels[i] != best;
            labels[i] = best;
            counts[best] += 1;
            for (std::size_t j = 0; j < d; ++j) sums[best * d + j] += static_cast<double>(rows.row(i)[j]);
        }
        for (std::size_t c = 0; c < k; ++c)
            for (std::size_t j = c * d; j < c * d + d; ++j)
                if (counts[c] > 0) centres[j] = sums[j] / counts[c];
    }
    return centres;
}

bool same_centroids(const KMeansModel& a, const KMeansModel& b) {
    const auto size = static_cast<std::ptrdiff_t>(a.clusters() * a.dimension());
    return a.clusters() == b.clusters() &&
           std::equal(a.centroids().data(), a.centroids().data() + size, b.centroids().data());
}

}  // namespace

TEST_CASE("fit_kmeans: clouds far apart get a centroid each", "[models]") {
    const auto values = clouds(6, 600, 1);
    const KMeansModel model = fit_kmeans(view(values, 2), {.clusters = 6});
    CHECK(model.clusters() == 6);
    for (const std::uint64_t size : model.sizes()) CHECK(size == 100);
    for (std::size_t group = 0; group < 6; ++group) {
        const auto expected = clouds(6, 6, 2, 0);
        CHECK(model.score(view(expected, 2).row(group)).value < 0.3);
    }
    CHECK(model.score(std::vector<float>{0, 0}).value > 99);
}

TEST_CASE("fit_kmeans: inertia and sizes are what the model says of its training rows", "[models]") {
    const auto values = clouds(5, 333, 3, 30);
    const MatrixView rows = view(values, 2);
    const KMeansModel model = fit_kmeans(rows, {.clusters = 7, .restarts = 2});
    double inertia = 0;
    std::vector<std::uint64_t> sizes(7);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        inertia += std::pow(model.score(rows.row(i)).value, 2);
        ++sizes[*model.assign(rows.row(i))];
    }
    CHECK(model.inertia() == Approx(inertia).epsilon(1e-12));
    CHECK(std::equal(sizes.begin(), sizes.end(), model.sizes().begin(), model.sizes().end()));
}

TEST_CASE("fit_kmeans: Hamerly's bounds end where Lloyd's plain iteration ends", "[models]") {
    const std::size_t clusters = GENERATE(2U, 5U, 20U), dimension = GENERATE(1U, 3U, 10U);
    Rng rng{4};
    std::vector<float> values(600 * dimension);
    for (float& value : values) value = static_cast<float>(1000 + std::round(4 * rng.normal()));  // many ties
    const MatrixView rows = view(values, dimension);
    const MatrixView initial{values.data(), clusters, dimension};
    const auto expected = plain_lloyd(
        rows, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(clusters * dimension)});
    detail::Sample sample{{}, std::vector<double>(600, 1), dimension};
    for (std::size_t i = 0; i < 600; ++i) sample.rows.push_back(rows.row(i).data());
    detail::Lloyd lloyd{sample,
                        {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(clusters * dimension)}};
    while (lloyd.assign()) lloyd.move();
    if (dimension > 1) {  // else a first centre is there twice, and what is empty is handled otherwise
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(lloyd.centres()[i] == Approx(expected[i]).epsilon(1e-12));
    }
    const KMeansModel model = fit_kmeans(rows, {.tolerance = 0, .initial = initial});
    CHECK(model.inertia() == Approx(lloyd.inertia()).epsilon(1e-6));
}

TEST_CASE("fit_kmeans: k-means++ with restarts is as good as the best of 300 random starts", "[models]") {
    const auto values = clouds(12, 480, 5, 6);
    const MatrixView rows = view(values, 2);
    Rng rng{6};
    double best = 1e300;
    for (int start = 0; start < 300; ++start) {
        std::vector<float> centres;
        for (int c = 0; c < 12; ++c) {
            const auto row = rows.row(static_cast<std::size_t>(rng.below(480)));
            centres.insert(centres.end(), row.begin(), row.end());
        }
        best = std::min(best, fit_kmeans(rows, {.initial = view(centres, 2)}).inertia());
    }
    CHECK(fit_kmeans(rows, {.clusters = 12}).inertia() <= best * 1.001);
}

TEST_CASE("fit_kmeans: the same seed gives the same model", "[models]") {
    const auto values = clouds(5, 300, 7, 40);
    const KMeansOptions options{.clusters = 9, .restarts = 1, .seed = 42};
    const KMeansModel model = fit_kmeans(view(values, 2), options);
    CHECK(same_centroids(model, fit_kmeans(view(values, 2), options)));
    CHECK_FALSE(
        same_centroids(model, fit_kmeans(view(values, 2), {.clusters = 9, .restarts = 1, .seed = 43})));
}

TEST_CASE("fit_kmeans: a weight counts like that many rows, and 0 like none", "[models]") {
    const auto values = clouds(4, 40, 8, 30);
    std::vector<double> weights;
    std::vector<float> repeated;
    for (std::size_t i = 0; i < 40; ++i) {
        weights.push_back(static_cast<double>(i % 4));
        for (std::size_t n = 0; n < i % 4; ++n)
            repeated.insert(repeated.end(), {values[2 * i], values[2 * i + 1]});
    }
    const MatrixView initial{values.data() + 2, 3, 2};
    const auto weighted =
        fit_kmeans(view(values, 2), {.tolerance = 0, .initial = initial, .weights = weights});
    const auto plain = fit_kmeans(view(repeated, 2), {.tolerance = 0, .initial = initial});
    CHECK(same_centroids(weighted, plain));
    CHECK(weighted.inertia() == Approx(plain.inertia()).epsilon(1e-12));
    std::uint64_t rows = 0;
    for (const std::uint64_t size : weighted.sizes()) rows += size;
    CHECK(rows == 30);
}

TEST_CASE("fit_kmeans: there are no more clusters than distinct rows", "[models]") {
    std::vector<float> values;
    for (int i = 0; i < 1000; ++i) values.insert(values.end(), {static_cast<float>(i % 3), 0.1F});
    const KMeansModel model = fit_kmeans(view(values, 2), {.clusters = 8});
    CHECK(model.clusters() == 3);
    CHECK(model.inertia() == 0);
    CHECK(fit_kmeans({values.data(), 1, 2}, {.clusters = 8}).clusters() == 1);
    CHECK(fit_kmeans({values.data(), 5, 2}, {.initial = {values.data(), 5, 2}}).clusters() == 3);
}

TEST_CASE("fit_kmeans: a hundred thousand identical rows are one cluster", "[models]") {
    const std::vector<float> values(200'000, 0.1F);
    const KMeansModel model = fit_kmeans(view(values, 2));
    CHECK(model.clusters() == 1);
    CHECK(model.sizes()[0] == 100'000);
    CHECK(model.score(std::vector<float>{0.1F, 0.1F}).value == 0);
}

TEST_CASE("fit_kmeans: a first centre without rows takes the farthest row", "[models]") {
    const std::vector<float> values{0, 1, 2, 10, 11, 50}, initial{1, 10, 1000};
    const KMeansModel model = fit_kmeans(view(values, 1), {.initial = view(initial, 1)});
    std::vector<float> centroids(model.centroids().data(), model.centroids().data() + model.clusters());
    std::sort(centroids.begin(), centroids.end());
    CHECK(centroids == std::vector<float>{1, 10.5F, 50});
}

TEST_CASE("fit_kmeans: an offset of a million finds the same clusters", "[models]") {
    auto values = clouds(6, 300, 9, 8);
    for (float& value : values) value = std::round(value * 4) / 4;  // exact after the shift too
    auto shifted = values;
    for (float& value : shifted) value += 1e6F;
    const auto a = fit_kmeans(view(values, 2), {.clusters = 6}),
               b = fit_kmeans(view(shifted, 2), {.clusters = 6});
    CHECK(a.inertia() == Approx(b.inertia()).epsilon(1e-5));
}

TEST_CASE("fit_kmeans: progress is told of every iteration, and false ends the fit", "[models]") {
    const auto values = clouds(4, 200, 10, 60);
    std::size_t calls = 0, before = 0;
    auto count = [&](const FitProgress& now) {
        ++calls;
        CHECK(now.done > before);
        CHECK(now.done <= now.total);
        CHECK(now.total == 3 * KMeansOptions{}.max_iterations);
        before = now.done;
        return true;
    };
    static_cast<void>(fit_kmeans(view(values, 2), {.restarts = 3, .progress = count}));
    CHECK(calls >= 3);
    std::size_t asked = 0;
    const auto stop = [&](const FitProgress&) { return ++asked < 2; };
    CHECK_THROWS_AS(fit_kmeans(view(values, 2), {.tolerance = 0, .progress = stop}), FitCancelled);
    CHECK(asked == 2);
}

TEST_CASE("fit_kmeans: max_iterations ends a run", "[models]") {
    const auto values = clouds(3, 500, 11, 90);
    CHECK(fit_kmeans(view(values, 2), {.clusters = 20, .restarts = 1, .max_iterations = 2, .tolerance = 0})
              .iterations() == 2);
}

TEST_CASE("fit_kmeans: a row that is not finite is named", "[models]") {
    for (const std::uint32_t bits : {0x7fc0'0001U, 0x7f80'0000U}) {
        const std::vector<float> values{1, 2, 3, std::bit_cast<float>(bits), 5, 6};
        CHECK_THROWS_WITH(fit_kmeans(view(values, 2)),
                          "fit_kmeans: row 1 is not finite, must be finite in every feature");
        const std::vector<float> good{1, 2};
        CHECK_THROWS_WITH(fit_kmeans(view(good, 2), {.initial = view(values, 2)}),
                          "fit_kmeans: initial centre 1 is not finite, must be finite in every feature");
    }
}

TEST_CASE("fit_kmeans: options outside their range are refused", "[models]") {
    const std::vector<float> values{1, 2, 3, 4};
    const std::vector<double> few{1}, none{0, 0}, negative{1, -1}, tiny{1, 1e-200},
        nan{1, std::bit_cast<double>(0x7ff8'0000'0000'0000U)};
    for (const KMeansOptions& wrong : std::vector<KMeansOptions>{{.clusters = 0},
                                                                 {.clusters = (std::size_t{1} << 20) + 1},
                                                                 {.restarts = 0},
                                                                 {.max_iterations = 0},
                                                                 {.tolerance = -1},
                                                                 {.tolerance = nan[1]},
                                                                 {.initial = {values.data(), 2, 1}},
                                                                 {.weights = few},
                                                                 {.weights = none},
                                                                 {.weights = negative},
                                                                 {.weights = tiny},
                                                                 {.weights = nan}})
        CHECK_THROWS_AS(fit_kmeans(view(values, 2), wrong), std::invalid_argument);
    CHECK_THROWS_AS(fit_kmeans(MatrixView{}), std::invalid_argument);
    CHECK_THROWS_AS(fit_kmeans({values.data(), 4, 0}), std::invalid_argument);
}

TEST_CASE("fit_kmeans: the calibration is of the scores of the training rows", "[models]") {
    const auto values = clouds(5, 400, 30, 20);
    const MatrixView rows = view(values, 2);
    const auto form = GENERATE(KMeansForm::distance, KMeansForm::scaled);
    const KMeansModel model = fit_kmeans(rows, {.clusters = 5, .restarts = 1, .form = form});
    CHECK(model.form() == form);
    CHECK(model.calibration().count() == 400);
    std::vector<double> scores;
    for (std::size_t i = 0; i < 400; ++i) scores.push_back(model.score(rows.row(i)).value);
    std::sort(scores.begin(), scores.end());
    CHECK(model.default_threshold() == scores[395]);  // 4 rows are above it
    CHECK(KMeansDetector{model}.threshold().value() == scores[395]);
}

TEST_CASE("fit_kmeans: a cluster's scale is the quantile of the distances of its rows", "[models]") {
    Rng rng{31};
    std::vector<float> values;
    for (int i = 0; i < 200; ++i) {  // a wide cloud, a narrow one, and three rows far away
        values.push_back(static_cast<float>(20 * rng.uniform()));
        values.push_back(static_cast<float>(1000 + rng.uniform()));
    }
    values.insert(values.end(), {5000, 5001, 5002});
    const MatrixView rows = view(values, 1);
    const KMeansModel model =
        fit_kmeans(rows, {.clusters = 3, .form = KMeansForm::scaled, .scale_quantile = 0.9});
    REQUIRE(model.clusters() == 3);
    const KMeansModel plain{model.centroids()};
    std::vector<double> all, members[3];
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        all.push_back(plain.score(rows.row(i)).value);
        members[*plain.assign(rows.row(i))].push_back(all.back());
    }
    std::sort(all.begin(), all.end());
    for (std::size_t c = 0; c < 3; ++c) {
        std::sort(members[c].begin(), members[c].end());
        const bool few = members[c].size() == 3;
        CHECK(model.scales()[c] == (few ? all[362] : members[c][179]));  // ceil(0.9 n) - 1
    }
    CHECK(model.score(std::vector<float>{1003}).value > 2 * model.score(std::vector<float>{24}).value);
}

TEST_CASE("fit_kmeans: rows that are all the same score 0, and what is elsewhere more than the threshold",
          "[models]") {
    const std::vector<float> values(60, 3);
    for (const auto form : {KMeansForm::distance, KMeansForm::scaled}) {
        const KMeansDetector detector{fit_kmeans(view(values, 2), {.form = form})};
        CHECK(detector.judge(view(values, 2).row(0)).score == Score{0, Status::ok});
        CHECK(detector.judge(std::vector<float>{3, 4}).score.value == 1);
        CHECK(detector.judge(std::vector<float>{3, 4}).anomalous);
    }
    CHECK_THROWS_AS(fit_kmeans(view(values, 2), {.scale_quantile = 1}), std::invalid_argument);
}
