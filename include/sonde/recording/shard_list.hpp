// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sonde/core/atomic.hpp"
#include "sonde/core/bits.hpp"
#include "sonde/recording/thread_cells.hpp"

namespace sonde::detail {

/// Keeps what is rare apart: whoever waits gives the processor away. Threading: thread-safe.
class YieldLock {
public:
    void lock() noexcept;
    [[nodiscard]] bool try_lock() noexcept {
        int expected = 0;
        return taken_.replace_ordered(expected, 1);
    }
    void unlock() noexcept { taken_.store_release(0); }

    class Guard {
    public:
        explicit Guard(YieldLock& lock) noexcept : lock_{lock} { lock_.lock(); }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        ~Guard() { lock_.unlock(); }

    private:
        YieldLock& lock_;
    };

private:
    Atomic<int> taken_;
};

/// Two sides of which the owner, one thread, works on one, while a reader may have the other.
///
/// How: the owner makes `turn` odd, then loads which side is current; leaving, it makes `turn` even. A
/// reader changes what is current, then loads `turn`. These four steps are sequentially consistent, so:
/// - every visit that began after the reader's load finds the new side, for its own load comes later;
/// - if the turn was even, the visits before had ended, and what they wrote is seen (release, acquire);
/// - if it was odd, one visit is under way, on either side. It has ended when `turn` is another number.
/// Nobody else is on the old side then. The owner takes the same few steps always: it is wait-free.
class ShardHead {
public:
    /// A visit of the owner. May not be nested.
    class Visit {
    public:
        explicit Visit(ShardHead& shard) noexcept : shard_{shard}, turn_{shard.turn_.load()} {
            shard_.turn_.store_ordered(turn_ + 1);
            side_ = shard_.current_.load_ordered();
        }
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;
        ~Visit() { shard_.turn_.store_release(turn_ + 2); }

        [[nodiscard]] std::size_t side() const noexcept { return side_; }

    private:
        ShardHead& shard_;
        std::uint64_t turn_;
        std::size_t side_;
    };

    /// What is on the side that is not current.
    enum class Idle : std::uint8_t { empty, full, merged };

    /// \param where  the cell that leads its owner here; null: many threads'
    explicit ShardHead(const Cell* where) noexcept : place{where} {}

    [[nodiscard]] bool visited() const noexcept { return turn_.load() % 2 != 0; }

    // For readers, one at a time.
    [[nodiscard]] bool has_news() const noexcept { return turn_.load_acquire() != seen_; }
    [[nodiscard]] std::size_t idle_side() const noexcept { return 1 - current_.load(); }
    /// Makes the other side current, and waits until the owner is not on the old one: one visit at most.
    void change_sides() noexcept;

    const Cell* place;
    ShardHead* next = nullptr;
    Idle idle = Idle::empty;

private:
    Atomic<std::uint64_t> turn_{0};
    Atomic<std::size_t> current_{0};
    std::uint64_t seen_ = 0;  // the turn up to which all visits were on a side that readers have had
};

/// What a `Sharded` is, whatever it is of: its shards, and how a thread finds its own.
///
/// A thread's cell holds the address of its shard, and the shard knows its `place`, the cell. The pool
/// hands cells on with their region, so the next thread goes on in the same shard. When it empties them,
/// the shard is found again by its place.
///
/// After fork() the child has one thread. A shard that another was visiting is half written for ever: the
/// child forgets it, with what that thread recorded since the last snapshot. So that this is all that is
/// lost, fork() waits until nobody reads, and nobody is in a shard of many threads.
/// Threading: thread-safe.
class Shards {
public:
    using Destroy = void (*)(ShardHead*);

    explicit Shards(Destroy destroy);
    Shards(const Shards&) = delete;
    Shards& operator=(const Shards&) = delete;
    /// Destroys all shards.
    ~Shards();

    /// The calling thread's cell; null when it can have none.
    [[nodiscard]] Cell* place() const noexcept { return places_.own(); }
    [[nodiscard]] ShardHead* find(const Cell* place) const noexcept;
    /// Takes over a new shard.
    void push(ShardHead* shard) noexcept;
    [[nodiscard]] ShardHead* first() const noexcept { return bit_cast<ShardHead*>(first_.load_acquire()); }

    /// Held by who reads.
    [[nodiscard]] YieldLock& reading() const noexcept { return reading_; }
    /// Held by the owner of the shard of many threads; never while waiting for `reading`.
    [[nodiscard]] YieldLock& sharing() const noexcept { return sharing_; }

private:
    static void before_fork() noexcept;
    static void after_fork_in_parent() noexcept;
    static void after_fork_in_child() noexcept;
    [[nodiscard]] static bool lock_all_shared() noexcept;
    void forget_torn() noexcept;

    ThreadCells places_{1};
    Atomic<std::uintptr_t> first_;  // the address of a shard
    mutable YieldLock reading_, sharing_;
    Destroy destroy_;
    Shards *before_ = nullptr, *after_ = nullptr;  // in the list of all, for fork
};

}  // namespace sonde::detail
