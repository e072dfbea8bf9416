// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sonde/core/numeric.hpp"

namespace sonde {

/// Pseudo-random numbers that repeat exactly for a seed, on every platform: the standard's engines do,
/// its distributions do not. xoshiro256++ (Blackman, Vigna: Scrambled linear pseudorandom number
/// generators, ACM TOMS 47, 2021), seeded through SplitMix64. Not for secrets.
/// Cost: about 1 ns. Threading: single-writer.
class Rng {
public:
    explicit Rng(std::uint64_t seed = 0) noexcept {
        for (auto& word : state_) word = split_mix(seed);
    }

    /// 64 random bits.
    [[nodiscard]] std::uint64_t next() noexcept {
        const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    /// Uniform in [0, 1), with 53 random bits.
    [[nodiscard]] double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

    /// Uniform in [0, n), without bias (Lemire, ACM TOMACS 29, 2019). `n` is at least 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept {
        __extension__ using Wide = unsigned __int128;
        for (;;) {
            const Wide product = static_cast<Wide>(next()) * n;
            const auto low = static_cast<std::uint64_t>(product);
            if (low >= n || low >= (0 - n) % n) return static_cast<std::uint64_t>(product >> 64);
        }
    }

    /// Standard normal (Marsaglia's polar method; the second value is dropped, so that the state is all).
    [[nodiscard]] double normal() noexcept {
        for (;;) {
            const double u = 2 * uniform() - 1, v = 2 * uniform() - 1;
            const double s = u * u + v * v;
            if (s > 0 && s < 1) return u * detail::sqrt(-2 * detail::log(s) / s);
        }
    }

private:
    static std::uint64_t rotate(std::uint64_t x, int by) noexcept { return (x << by) | (x >> (64 - by)); }
    static std::uint64_t split_mix(std::uint64_t& seed) noexcept {
        std::uint64_t z = (seed += 0x9e37'79b9'7f4a'7c15U);
        z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
        z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
        return z ^ (z >> 31);
    }

    std::uint64_t state_[4];
};

}  // namespace sonde
