// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "inputs.hpp"
#include "keep.hpp"
#include "sonde/stats/log_linear.hpp"

namespace peers {

// What people write themselves. The histograms have the buckets of `sonde::Latency`, sum and largest value, and no
// windows. \see sonde_recorders.hpp for what a recorder is

inline constexpr unsigned precision_bits = 6;
inline constexpr std::size_t bucket_count =
    sonde::detail::log_linear_size((std::uint64_t{1} << 63) - 1, precision_bits);

inline std::size_t bucket_of(Duration d) {
    return sonde::detail::log_linear_index(static_cast<std::uint64_t>(d.count()), precision_bits);
}

class MutexHistogram {
public:
    using Input = Duration;
    auto writer() {
        return [this](Duration d) {
            const auto value = static_cast<std::uint64_t>(d.count());
            const std::lock_guard lock{mutex_};
            ++held_.buckets[bucket_of(d)];
            held_.sum += value;
            if (value > held_.max) held_.max = value;
        };
    }
    void scrape() {
        const std::lock_guard lock{mutex_};
        *copy_ = held_;
        keep(*copy_);
    }
    void tick() {}

private:
    struct Counts {
        std::array<std::uint64_t, bucket_count> buckets{};
        std::uint64_t sum = 0, max = 0;
    };
    std::mutex mutex_;
    Counts held_;
    std::unique_ptr<Counts> copy_ = std::make_unique<Counts>();
};

class AtomicHistogram {
public:
    using Input = Duration;
    auto writer() {
        return [this](Duration d) {
            const auto value = static_cast<std::uint64_t>(d.count());
            buckets_[bucket_of(d)].fetch_add(1, std::memory_order_relaxed);
            sum_.fetch_add(value, std::memory_order_relaxed);
            std::uint64_t seen = max_.load(std::memory_order_relaxed);
            while (seen < value && !max_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {}
        };
    }
    void scrape() {
        for (const auto& bucket : buckets_) keep(bucket.load(std::memory_order_relaxed));
        keep(sum_.load(std::memory_order_relaxed) + max_.load(std::memory_order_relaxed));
    }
    void tick() {}

private:
    std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
    std::atomic<std::uint64_t> sum_{0}, max_{0};
};

/// The floor: one word of the thread's own, read by the scraper as everyone's are. Load and store are the
/// instructions of a plain `++`, without its data race.
class ThreadLocalIncrement {
public:
    using Input = Duration;
    auto writer() {
        words_[slot()] = &word_;
        return [](Duration) { raise(word_); };
    }
    void scrape() {
        for (const auto& word : words_)
            if (const auto* counted = word.load()) keep(counted->load(std::memory_order_relaxed));
    }
    void tick() {}

    using Word = std::atomic<std::uint64_t>;
    static void raise(Word& word) {
        word.store(word.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

private:
    static std::size_t slot() {
        static std::atomic<std::size_t> threads{0};
        thread_local const std::size_t mine = threads++ % 64;
        return mine;
    }
    static inline constinit thread_local Word word_{0};
    std::array<std::atomic<const Word*>, 64> words_{};
};

/// A histogram that has one thread, and nothing but buckets: what any that has them must cost.
class ThreadLocalBucket {
public:
    using Input = Duration;
    auto writer() {
        return [](Duration d) { ThreadLocalIncrement::raise(buckets_[bucket_of(d)]); };
    }
    void scrape() {}
    void tick() {}

private:
    static inline constinit thread_local std::array<ThreadLocalIncrement::Word, bucket_count> buckets_{};
};

}  // namespace peers
