// SPDX-License-Identifier: Apache-2.0
#include "metrics/wide_sum.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/stats/log_linear.hpp"
#include "support/catch.hpp"

using sonde::BucketCount;
using sonde::detail::log_linear_index;
using sonde::detail::log_linear_lower;
using sonde::detail::log_linear_upper;
using sonde::detail::wide_sum;
using sonde::detail::WideSum;

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t largest = huge / 2;

/// As recording leaves it, with the whole sum beside.
struct Stream {
    unsigned P;
    Wide sum = 0;
    std::map<std::size_t, std::uint64_t> counts{};

    void record(std::uint64_t value, std::uint64_t n) {
        counts[log_linear_index(value, P)] += n;
        sum += static_cast<Wide>(value) * n;
    }
    std::vector<BucketCount> buckets() const {
        std::vector<BucketCount> result;
        for (const auto& [index, n] : counts) result.push_back({static_cast<std::uint32_t>(index), n});
        return result;
    }
    WideSum wide(Wide ahead = 0) const {
        return wide_sum(static_cast<std::uint64_t>(sum + ahead), buckets(), P);
    }
};

std::uint64_t saturated(Wide sum) { return sum > huge ? huge : static_cast<std::uint64_t>(sum); }

void check(const Stream& stream) {
    CHECK(stream.wide().saturated == saturated(stream.sum));
    CHECK(stream.wide().total == static_cast<double>(stream.sum));
}

}  // namespace

TEST_CASE("wide_sum: nothing is 0", "[metrics]") {
    CHECK(wide_sum(0, {}, 6).saturated == 0);
    CHECK(wide_sum(0, {}, 6).total == 0);
}

TEST_CASE("wide_sum: a sum below 2^64 is what was kept", "[metrics]") {
    const unsigned P = GENERATE(3U, 6U, 10U);
    sonde::Rng rng{P};
    Stream stream{P};
    for (int i = 0; i < 1000; ++i) {
        stream.record((rng.next() >> 12) >> rng.below(52), 1 + rng.below(3));
        check(stream);
    }
}

TEST_CASE("wide_sum: a sum that went round any number of times is whole again", "[metrics][law]") {
    const unsigned P = GENERATE(range(3U, 11U));
    const std::uint64_t rounds = GENERATE(0U, 1U, 2U, 1000U, 1U << 10);
    const Wide end = Wide{1} << (64 + P);
    sonde::Rng rng{P};
    for (int i = 0; i < 200; ++i) {
        // Values of one size make up the sum; at the ends of their bucket the estimate is furthest off.
        const std::uint64_t value = largest >> rng.below(60);
        const std::size_t bucket = log_linear_index(value - rng.below(value / 2 + 1), P);
        const std::uint64_t edge = i % 2 == 0 ? log_linear_lower(bucket, P) : log_linear_upper(bucket, P);
        const Wide wanted = (static_cast<Wide>(rounds) << 64) + rng.next();
        if (edge == 0 || wanted >= end || wanted / edge > huge) continue;
        Stream stream{P};
        stream.record(edge, static_cast<std::uint64_t>(wanted / edge));
        check(stream);
    }
}

TEST_CASE("wide_sum: exact up to 2^(64 + P) at the worst ends of the buckets", "[metrics][boundary]") {
    const unsigned P = GENERATE(range(3U, 11U));
    const std::uint64_t lower = std::uint64_t{1} << 62;
    const std::uint64_t upper = log_linear_upper(log_linear_index(lower, P), P);
    for (const std::uint64_t value : {lower, upper}) {
        Stream stream{P};
        stream.record(value, (std::uint64_t{4} << P) - 1);  // lower: 2^(64 + P) - 2^62
        check(stream);
    }
}

TEST_CASE("wide_sum: a sum that is some records ahead of or behind the buckets does not lose or gain a round",
          "[metrics][boundary]") {
    const unsigned P = 6;
    const std::uint64_t rounds = GENERATE(0U, 1U, 60U);
    // The buckets have a sum just below, at and above a whole number of rounds; the sum is up to five records
    // of a second, and of an hour, away.
    for (const std::uint64_t record : {std::uint64_t{1'000'000'000}, std::uint64_t{3'600'000'000'000}}) {
        for (const int beside : {-1, 0, 1}) {
            const Wide wanted =
                (static_cast<Wide>(rounds) << 64) + 3U * record * static_cast<Wide>(beside + 1);
            Stream stream{P};
            stream.record(record, static_cast<std::uint64_t>(wanted / record));
            for (std::uint64_t n = 0; n <= 5; ++n) {
                CHECK(stream.wide(n * record).total == static_cast<double>(stream.sum + n * record));
                CHECK(stream.wide(n * record).saturated == saturated(stream.sum + n * record));
                if (stream.sum < n * record) continue;
                const Wide behind = static_cast<Wide>(n) * record;
                CHECK(stream.wide(-behind).total == static_cast<double>(stream.sum - behind));
                CHECK(stream.wide(-behind).saturated == saturated(stream.sum - behind));
            }
        }
    }
}
