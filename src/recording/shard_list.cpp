// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/shard_list.hpp"

#include <pthread.h>

#include <bit>

#include "sonde/core/published.hpp"

namespace sonde::detail {

namespace {
// All that live, for fork.
constinit YieldLock listing;
constinit Shards* newest = nullptr;
}  // namespace

void YieldLock::lock() noexcept {
    while (!try_lock()) yield();
}

void ShardHead::change_sides() noexcept {
    seen_ = turn_.load_acquire();  // before the change: a visit that began after it may be on the new side
    current_.store_ordered(idle_side());
    const std::uint64_t turn = turn_.load_ordered();
    const bool under_way = turn % 2 != 0;
    while (under_way && turn_.load_acquire() == turn) yield();
}

Shards::Shards(Destroy destroy) : destroy_{destroy} {
    // After the pool's own handlers, for `places_` exists: so ours lock before them.
    static const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    static_cast<void>(registered);
    const YieldLock::Guard alone{listing};
    after_ = newest;
    if (newest != nullptr) newest->before_ = this;
    newest = this;
}

Shards::~Shards() {
    {
        const YieldLock::Guard alone{listing};
        (before_ == nullptr ? newest : before_->after_) = after_;
        if (after_ != nullptr) after_->before_ = before_;
    }
    for (ShardHead* shard = first(); shard != nullptr;) {
        ShardHead* const next = shard->next;
        destroy_(shard);
        shard = next;
    }
}

ShardHead* Shards::find(const Cell* place) const noexcept {
    ShardHead* shard = first();
    while (shard != nullptr && shard->place != place) shard = shard->next;
    return shard;
}

void Shards::push(ShardHead* shard) noexcept {
    std::uintptr_t seen = first_.load();
    do shard->next = std::bit_cast<ShardHead*>(seen);
    while (!first_.replace_ordered(seen, std::bit_cast<std::uintptr_t>(shard)));
}

bool Shards::lock_all_shared() noexcept {
    for (Shards* shards = newest; shards != nullptr; shards = shards->after_) {
        if (shards->sharing_.try_lock()) continue;
        for (Shards* taken = newest; taken != shards; taken = taken->after_) taken->sharing_.unlock();
        return false;
    }
    return true;
}

void Shards::before_fork() noexcept {
    listing.lock();
    for (Shards* shards = newest; shards != nullptr; shards = shards->after_) shards->reading_.lock();
    // Who holds one of these may want another: wait for none while holding some.
    while (!lock_all_shared()) yield();
}

void Shards::after_fork_in_parent() noexcept {
    for (Shards* shards = newest; shards != nullptr; shards = shards->after_) {
        shards->sharing_.unlock();
        shards->reading_.unlock();
    }
    listing.unlock();
}

void Shards::after_fork_in_child() noexcept {
    for (Shards* shards = newest; shards != nullptr; shards = shards->after_) shards->forget_torn();
    after_fork_in_parent();
}

/// They are not destroyed: what is half written cannot be. Nor are their owners' cells touched, which may
/// be gone; without a place a shard is nobody's own any more.
void Shards::forget_torn() noexcept {
    const Cell* const mine = places_.lies_in(own_region) ? places_.in(own_region) : nullptr;
    ShardHead* kept = nullptr;
    for (ShardHead* shard = first(); shard != nullptr; shard = shard->next) {
        if (!shard->visited() || shard->place == mine) {
            kept = shard;
            continue;
        }
        shard->place = nullptr;
        if (kept == nullptr)
            first_.store(std::bit_cast<std::uintptr_t>(shard->next));
        else
            kept->next = shard->next;
    }
}

}  // namespace sonde::detail
