// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/bytes.hpp"
#include "sonde/core/chrono.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

/// How fast the past fades: with every observation, with time, or not at all. Threading: immutable.
class Decay {
public:
    static constexpr Format format{"DCAY", 1};

    /// Nothing fades.
    Decay() noexcept = default;

    /// The newest observation has the share `alpha` of a long stream's mean. \param alpha  in (0, 1]
    /// \throws std::invalid_argument
    [[nodiscard]] static Decay alpha(double alpha);
    /// An observation weighs half after so many more. \param observations  above 0
    /// \throws std::invalid_argument
    [[nodiscard]] static Decay half_life(double observations);
    /// An observation weighs half after this time. \param time  above 0
    /// \throws std::invalid_argument
    [[nodiscard]] static Decay half_life(Duration time);

    /// What is left of a weight after one more observation, in [0, 1].
    [[nodiscard]] double keep() const noexcept { return keep_; }
    /// What is left of a weight after one more observation, `passed` later. Cost: one `exp2`, when the
    /// decay goes by time.
    [[nodiscard]] double keep(Duration passed) const noexcept { return keep_ * fade(passed); }
    /// What is left of a weight when time passes and nothing is observed, in [0, 1].
    [[nodiscard]] double fade(Duration passed) const noexcept {
        return half_life_ > 0 ? detail::exp2(-static_cast<double>(passed.count()) / half_life_) : 1;
    }

    friend bool operator==(const Decay&, const Decay&) noexcept = default;

    void write(ByteWriter& writer) const;
    [[nodiscard]] static Decay read(ByteReader& reader, std::uint16_t version);

private:
    double keep_ = 1;
    double half_life_ = 0;  // in nanoseconds; 0: time does not matter
};

namespace detail {

/// Steady time that only goes forward, measured from an own start: a state that was written in one
/// process goes on in another as if no time lay between. Threading: single-writer.
class Timeline {
public:
    Timeline() noexcept = default;
    /// A timeline that stands at `elapsed` until the first `advance` says what time that is.
    explicit Timeline(Duration elapsed) noexcept : elapsed_{elapsed} {}

    /// The latest time seen.
    [[nodiscard]] Duration elapsed() const noexcept { return elapsed_; }

    /// Goes on to `now`; a time before the latest one counts as the latest. Returns the time passed.
    Duration advance(TimePoint now) noexcept {
        const std::int64_t stamp = now.time_since_epoch().count();
        if (!running_) origin_ = minus(stamp, elapsed_.count());
        running_ = true;
        const Duration at{minus(stamp, origin_)};
        const Duration passed = at > elapsed_ ? at - elapsed_ : Duration{0};
        elapsed_ += passed;
        return passed;
    }

    struct Lag {
        Duration own, other;  // how far each was behind the later one
    };
    /// Goes on to the latest time of both. One that never ran stands where the other stands.
    Lag join(const Timeline& other) noexcept {
        if (!other.running_) return {};
        const Duration own = advance(other.latest());
        return {own, latest() - other.latest()};
    }

private:
    [[nodiscard]] TimePoint latest() const noexcept { return TimePoint{Duration{origin_} + elapsed_}; }

    // Saturates, so that TimePoint::max() may mean "forget everything".
    static std::int64_t minus(std::int64_t a, std::int64_t b) noexcept {
        std::int64_t difference = 0;
        if (!__builtin_sub_overflow(a, b, &difference)) return difference;
        return b < 0 ? INT64_MAX : INT64_MIN;
    }

    std::int64_t origin_ = 0;
    Duration elapsed_{0};  // never negative
    bool running_ = false;
};

}  // namespace detail
}  // namespace sonde
