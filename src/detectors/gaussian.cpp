// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/gaussian.hpp"

#include <stdexcept>
#include <string_view>

#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "GaussianScorer";

const GaussianOptions& checked(const GaussianOptions& o) {
    if (o.warm_up < 2) fail(where, "warm_up", static_cast<double>(o.warm_up), "at least 2");
    if (!is_finite(o.half_life) || (o.half_life != 0 && o.half_life < 1))
        fail(where, "half_life", o.half_life, "0 or at least 1");
    if (!is_finite(o.min_stddev) || o.min_stddev < 0)
        fail(where, "min_stddev", o.min_stddev, "finite and at least 0");
    if (o.estimate != GaussianEstimate::median_mad) return o;
    if (o.reservoir < 8 || o.reservoir > SortedBuffer::max_capacity)
        fail(where, "reservoir", static_cast<double>(o.reservoir), "in [8, 1048576]");
    if (o.half_life != 0 && o.half_life < detail::SortedReservoir::shortest_half_life(o.reservoir))
        fail(where, "half_life", o.half_life, "0 or at least 0.7 of the reservoir");
    return o;
}

Decay decay_of(const GaussianOptions& o) { return o.half_life > 0 ? Decay::half_life(o.half_life) : Decay{}; }

detail::SortedReservoir sample_for(const GaussianOptions& o) {
    if (o.estimate != GaussianEstimate::median_mad) return {1, 0, 0};  // never used
    return {o.reservoir, o.half_life, o.seed};
}

}  // namespace

GaussianScorer::GaussianScorer(const GaussianOptions& options)
    : options_{checked(options)}, decayed_{decay_of(options)}, sample_{sample_for(options)} {}

void GaussianScorer::refresh() noexcept {
    if (options_.estimate == GaussianEstimate::median_mad)
        set_scale(sample_.median(), sample_.scale());
    else if (options_.half_life > 0)
        set_scale(decayed_.mean(), decayed_.stddev());
    else
        set_scale(moments_.mean(), moments_.stddev());
}

void GaussianScorer::write(ByteWriter& writer) const {
    writer.u64(options_.warm_up);
    writer.f64(options_.half_life);
    writer.u8(static_cast<std::uint8_t>(options_.estimate));
    writer.u8(static_cast<std::uint8_t>(options_.form));
    writer.u8(static_cast<std::uint8_t>(options_.side));
    writer.f64(options_.min_stddev);
    writer.u64(options_.reservoir);
    writer.u64(options_.seed);
    writer.u64(learned_);
    if (options_.estimate == GaussianEstimate::median_mad)
        write_object(writer, sample_);
    else if (options_.half_life > 0)
        write_object(writer, decayed_);
    else
        write_object(writer, moments_);
}

GaussianScorer GaussianScorer::read(ByteReader& reader, std::uint16_t) try {
    GaussianOptions options;
    options.warm_up = reader.u64();
    options.half_life = reader.finite();
    options.estimate = static_cast<GaussianEstimate>(reader.choice(1));
    options.form = static_cast<GaussianForm>(reader.choice(1));
    options.side = static_cast<Side>(reader.choice(2));
    options.min_stddev = reader.finite();
    options.reservoir = static_cast<std::size_t>(reader.u64());
    options.seed = reader.u64();
    GaussianScorer scorer{options};
    scorer.learned_ = reader.u64();
    // What the options ask for, and what has seen as many values as were learned.
    bool fits = false;
    if (options.estimate == GaussianEstimate::median_mad) {
        const auto& sample = scorer.sample_ = read_object<detail::SortedReservoir>(reader);
        fits = sample.seen() == scorer.learned_ && sample.capacity() == options.reservoir &&
               sample.half_life() == options.half_life;
    } else if (options.half_life > 0) {
        const auto& decayed = scorer.decayed_ = read_object<DecayedMoments>(reader);
        fits = decayed.count() == scorer.learned_ && decayed.decay() == decay_of(options);
    } else {
        fits = (scorer.moments_ = read_object<Moments>(reader)).count() == scorer.learned_;
    }
    if (!fits) fail_format(where, "statistics that its options and its count do not leave");
    if (scorer.learned_ > 0) scorer.refresh();
    return scorer;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
