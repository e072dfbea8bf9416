// SPDX-License-Identifier: Apache-2.0
// Which concepts the shipped classes meet, and which they do not.
#include "sonde/core/concepts.hpp"

#include "sonde/exporters/http_endpoint.hpp"
#include "sonde/sonde.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

static_assert(Learner<GaussianScorer> && Persistent<GaussianScorer>);
static_assert(Learner<SlidingWindowScorer> && Persistent<SlidingWindowScorer>);
static_assert(Learner<MultivariateGaussianScorer> && Persistent<MultivariateGaussianScorer>);

static_assert(BatchScorer<MultivariateGaussianScorer> && Explainer<MultivariateGaussianScorer>);
static_assert(!BatchScorer<GaussianScorer> && !Explainer<GaussianScorer>);
static_assert(!BatchScorer<SlidingWindowScorer> && !Explainer<SlidingWindowScorer>);

static_assert(Detector<GaussianDetector> && Detector<SlidingWindowDetector>);
static_assert(!BatchDetector<GaussianDetector> && !BatchDetector<SlidingWindowDetector>);
static_assert(BatchDetector<MultivariateGaussianDetector> && Explainer<MultivariateGaussianDetector>);
static_assert(Threshold<FixedThreshold> && Threshold<QuantileThreshold>);

template <class T>
constexpr bool observes_numbers = Observer<T, double>&& Persistent<T>;
static_assert(observes_numbers<Moments> && Metric<Moments>);
static_assert(observes_numbers<Ewma> && Observer<Ewma, double, TimePoint>);
static_assert(observes_numbers<DecayedMoments> && Observer<DecayedMoments, double, TimePoint>);
static_assert(observes_numbers<RollingWindow> && Observer<RollingWindow, double, TimePoint>);
static_assert(observes_numbers<QuantileSketch> && Observer<QuantileSketch, double, TimePoint>);
static_assert(observes_numbers<Reservoir<double>>);

static_assert(Observer<Counter, std::uint64_t> && Observer<Throughput, std::uint64_t>);
static_assert(Observer<Gauge, double> && Observer<Latency, Duration> && Observer<ErrorRate, Outcome>);
static_assert(Observer<Classification, std::size_t, std::size_t> && Observer<Utilization, Usage>);

static_assert(FamilySource<Registry> && !FamilySource<const Registry> && !FamilySource<Counter>);

}  // namespace

TEST_CASE("concepts: the shipped classes are held to them as they are compiled", "[contract]") { SUCCEED(); }
