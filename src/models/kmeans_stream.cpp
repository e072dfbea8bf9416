// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/kmeans_stream.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "models/lloyd.hpp"
#include "models/squared_distance.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/detectors/scale.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "KMeansStream";
constexpr std::size_t most = std::size_t{1} << 20, most_models = 1024, most_iterations = 1000, most_lag = 64;
constexpr std::size_t least_vectors = 10;  // of a training

/// Values that a feature vector is made of.
std::size_t reach_of(const KMeansStreamOptions& o) { return o.lag + o.smooth + (o.difference ? 1 : 0); }

KMeansStreamOptions checked(KMeansStreamOptions o) {
    const auto number = [](std::size_t n) { return static_cast<double>(n); };
    if (o.smooth < 1 || o.smooth > most_lag) fail(where, "smooth", number(o.smooth), "in [1, 64]");
    if (o.lag > most_lag) fail(where, "lag", number(o.lag), "in [0, 64]");
    const std::size_t least = reach_of(o) + least_vectors - 1;
    if (o.window < least || o.window < 16 || o.window > most)
        fail(where, "window", number(o.window), "in [16, 1048576] and enough for 10 feature vectors");
    if (o.train_every < 1) fail(where, "train_every", 0, "at least 1");
    if (o.models < 1 || o.models > most_models) fail(where, "models", number(o.models), "in [1, 1024]");
    if (!is_finite(o.sampling) || o.sampling <= 0 || o.sampling > 1)
        fail(where, "sampling", o.sampling, "in (0, 1]");
    if (o.max_iterations < 1 || o.max_iterations > most_iterations)
        fail(where, "max_iterations", number(o.max_iterations), "in [1, 1000]");
    o.warm_up = std::clamp(o.warm_up, least, o.window);
    return o;
}

std::uint64_t trainings(std::uint64_t learned, const KMeansStreamOptions& o) {
    return learned < o.warm_up ? 0 : (learned - o.warm_up) / o.train_every + 1;
}

/// Turns `count` values into the averages of `smooth` values or changes. \returns how many
std::size_t smooth_in_place(double* x, std::size_t count, const KMeansStreamOptions& o) noexcept {
    if (o.difference) {
        --count;
        for (std::size_t i = 0; i < count; ++i) x[i] = x[i + 1] - x[i];
    }
    count -= o.smooth - 1;
    for (std::size_t i = 0; i < count; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < o.smooth; ++j) sum += x[i + j];
        x[i] = sum / static_cast<double>(o.smooth);
    }
    return count;
}

}  // namespace

KMeansStream::KMeansStream(const KMeansStreamOptions& options)
    : options_{checked(options)},
      values_(options_.window),
      models_(options_.models * model_size()),
      smoothed_(options_.window),
      positions_(options_.window) {}

std::size_t KMeansStream::kept() const noexcept {
    return learned_ < options_.window ? static_cast<std::size_t>(learned_) : options_.window;
}

/// The newest is 1 back.
double KMeansStream::value(std::size_t back) const noexcept {
    return values_[static_cast<std::size_t>((learned_ - back) % options_.window)];
}

double KMeansStream::mean_distance(const double* model, const double* x) const noexcept {
    return (std::sqrt(detail::squared_distance(x, model, features())) +
            std::sqrt(detail::squared_distance(x, model + features(), features()))) /
           2;
}

Score KMeansStream::score(const double& x) const noexcept {
    if (!is_finite(x)) return {0, Status::bad_input};
    if (trained_ == 0) return {0, Status::warming_up};
    double vector[2 * most_lag + 1];
    const std::size_t reach = reach_of(options_);
    for (std::size_t i = 0; i + 1 < reach; ++i) vector[i] = value(reach - 1 - i);
    vector[reach - 1] = detail::bounded(x);
    smooth_in_place(vector, reach, options_);
    double least = detail::largest_ratio;
    for (std::size_t i = 0; i < models(); ++i) {
        const double* model = models_.data() + i * model_size();
        const double* range = model + 2 * features();
        const double away = std::abs(mean_distance(model, vector) - range[0]);
        least = std::min(least, detail::capped_ratio(away, range[1]));
    }
    return {least, Status::ok};
}

void KMeansStream::learn(const double& x) noexcept {
    if (!is_finite(x)) return;
    values_[static_cast<std::size_t>(learned_ % options_.window)] = detail::bounded(x);
    ++learned_;
    if (trainings(learned_, options_) > trained_) train();
}

void KMeansStream::train() noexcept {
    const std::size_t all = kept();
    for (std::size_t i = 0; i < all; ++i) smoothed_[i] = value(all - i);
    const std::size_t count = sample(smooth_in_place(smoothed_.data(), all, options_) - options_.lag);
    double* model = models_.data() + static_cast<std::size_t>(trained_ % options_.models) * model_size();
    start(model, count);
    for (std::size_t i = 0; i < options_.max_iterations && improve(model, count); ++i) {}
    measure(model, count);
    ++trained_;
}

/// Exactly the share that was asked for (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S).
std::size_t KMeansStream::sample(std::size_t vectors) noexcept {
    const auto share = static_cast<std::size_t>(std::ceil(options_.sampling * static_cast<double>(vectors)));
    const std::size_t wanted = std::min(std::max(share, least_vectors), vectors);
    Rng rng{options_.seed + 2 * trained_};
    std::size_t count = 0;
    for (std::size_t i = 0; i < vectors && count < wanted; ++i)
        if (rng.below(vectors - i) < wanted - count) positions_[count++] = static_cast<std::uint32_t>(i);
    return count;
}

/// k-means++ for two centres.
void KMeansStream::start(double* model, std::size_t count) noexcept {
    const std::size_t size = features();
    Rng rng{options_.seed + 2 * trained_ + 1};
    std::copy_n(smoothed_.data() + positions_[rng.below(count)], size, model);
    const auto squares = [&](std::size_t i) {
        return detail::squared_distance(smoothed_.data() + positions_[i], model, size);
    };
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += squares(i);
    double left = rng.uniform() * sum;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double now = squares(i);
        if (now <= 0) continue;
        chosen = i;
        if ((left -= now) < 0) break;
    }
    std::copy_n(smoothed_.data() + positions_[chosen], size, model + size);
}

/// One of Lloyd's iterations. \returns false when no centre moved
bool KMeansStream::improve(double* model, std::size_t count) noexcept {
    const std::size_t size = features();
    double sums[2][most_lag + 1] = {}, members[2] = {};
    for (std::size_t i = 0; i < count; ++i) {
        const double* x = smoothed_.data() + positions_[i];
        const bool second =
            detail::squared_distance(x, model + size, size) < detail::squared_distance(x, model, size);
        const std::size_t own = second ? 1 : 0;
        members[own] += 1;
        for (std::size_t j = 0; j < size; ++j) sums[own][j] += x[j];
    }
    bool moved = false;
    for (std::size_t own = 0; own < 2; ++own) {
        for (std::size_t j = 0; j < size && members[own] > 0; ++j) {
            const double now = sums[own][j] / members[own];
            moved |= std::abs(now - model[own * size + j]) > 0;
            model[own * size + j] = now;
        }
    }
    return moved;
}

void KMeansStream::measure(double* model, std::size_t count) const noexcept {
    double low = 0, high = 0, magnitude = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double away = mean_distance(model, smoothed_.data() + positions_[i]);
        low = i == 0 ? away : std::min(low, away);
        high = std::max(high, away);
    }
    for (std::size_t back = 1; back <= kept(); ++back) magnitude = std::max(magnitude, std::abs(value(back)));
    model[2 * features()] = low;
    model[2 * features() + 1] = detail::floored_scale(high - low, 0, magnitude);
}

void KMeansStream::write(ByteWriter& writer) const {
    writer.u64(options_.window);
    writer.u64(options_.warm_up);
    writer.u64(options_.train_every);
    writer.u64(options_.models);
    writer.u8(options_.difference ? 1 : 0);
    writer.u64(options_.smooth);
    writer.u64(options_.lag);
    writer.f64(options_.sampling);
    writer.u64(options_.max_iterations);
    writer.u64(options_.seed);
    writer.u64(learned_);
    for (std::size_t back = kept(); back > 0; --back) writer.f64(value(back));
    for (std::size_t i = 0; i < models() * model_size(); ++i) writer.f64(models_[i]);
}

KMeansStream KMeansStream::read(ByteReader& reader, std::uint16_t) try {
    KMeansStreamOptions options;
    options.window = static_cast<std::size_t>(reader.u64());
    options.warm_up = static_cast<std::size_t>(reader.u64());
    options.train_every = static_cast<std::size_t>(reader.u64());
    options.models = static_cast<std::size_t>(reader.u64());
    options.difference = reader.choice(1) != 0;
    options.smooth = static_cast<std::size_t>(reader.u64());
    options.lag = static_cast<std::size_t>(reader.u64());
    options.sampling = reader.finite();
    options.max_iterations = static_cast<std::size_t>(reader.u64());
    options.seed = reader.u64();
    KMeansStream scorer{options};
    if (scorer.options_.warm_up != options.warm_up) fail_format(where, "a warm-up that no window has");
    scorer.learned_ = reader.u64();
    scorer.trained_ = trainings(scorer.learned_, scorer.options_);
    for (std::size_t back = scorer.kept(); back > 0; --back) {
        const double value = reader.finite();
        if (std::abs(value) > detail::largest_magnitude) fail_format(where, "a value that no stream has");
        scorer.values_[static_cast<std::size_t>((scorer.learned_ - back) % options.window)] = value;
    }
    const std::size_t size = scorer.model_size();
    for (std::size_t i = 0; i < scorer.models() * size; ++i) {
        const double number = scorer.models_[i] = reader.finite();
        const bool range = i % size >= size - 2;
        if (std::abs(number) > 1e150 || (range && number < 0))
            fail_format(where, "a model that no stream has");
    }
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
