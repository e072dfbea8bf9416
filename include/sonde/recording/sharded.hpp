// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sonde/core/bits.hpp"
#include "sonde/recording/shard_list.hpp"

namespace sonde {

namespace detail {

template <class M, class... In>
concept ObservedBy = requires(M& m, const In&... in) {
    m.observe(in...);
};

/// The verb of `M` for one more observation: `observe`, or `add` for what has no `observe`.
template <class M, class... In>
requires ObservedBy<M, In...>
void observe_in(M& m, const In&... in) noexcept(noexcept(m.observe(in...))) {
    static_cast<void>(m.observe(in...));
}
template <class M, class... In>
requires(!ObservedBy<M, In...>) && requires(M& m, const In&... in) { m.add(in...); }
void observe_in(M& m, const In&... in) noexcept(noexcept(m.add(in...))) { static_cast<void>(m.add(in...)); }

}  // namespace detail

/// Makes a statistic that one thread may use one that all may use: each thread observes into an `M` of its
/// own, a reader merges them. `M` is `Moments`, a `QuantileSketch`, a `ConfusionMatrix`, a struct of yours:
/// whatever can be copied and merged.
///
///     sonde::Sharded<sonde::Moments> times;
///     times.observe(sonde::seconds(took));                  // from any thread
///     const sonde::Moments all = times.snapshot();
///
/// All threads that ever observed are in a snapshot, each with its own share of the stream. So `M` must
/// not care how a stream was cut: what fades with time fits, observed with the time; what fades with the
/// number of observations does not. Copies of a random generator draw the same numbers in every thread.
///
/// Cost: `observe` is that of `M` and one exchange instruction, about 3 ns, whatever other threads do. It
/// never waits but in the fall-back: a thread that can have no shard (see `ThreadCells`; no memory; thread-local
/// destructors) observes into one that such threads share behind a lock. A thread's first one allocates its
/// shard. `snapshot` merges what is new of each thread, and waits for visits that are under way. Memory: two
/// `M` for each thread alive at the same time.
/// After fork() the child goes on with all that was counted, but for what a thread that was observing at
/// that moment had recorded since the last snapshot.
///
/// Threading: thread-safe. Not from a signal handler.
template <std::copyable M>
requires requires(M& m, const M& other) { m.merge(other); }
class Sharded {
    static constexpr bool merges_quietly = noexcept(std::declval<M&>().merge(std::declval<const M&>()));

public:
    using Snapshot = M;

    /// \param prototype  what each thread begins with: options, and nothing observed
    /// \throws std::bad_alloc, and what copies of `M` throw
    explicit Sharded(const M& prototype) : prototype_{prototype}, total_{prototype} {
        shards_.push(shared_ = new Shard{nullptr, prototype_});
    }
    Sharded() requires std::default_initializable<M> : Sharded{M{}} {}
    Sharded(const Sharded&) = delete;
    Sharded& operator=(const Sharded&) = delete;
    /// No thread may be observing.
    ~Sharded() = default;

    /// One observation, as `M::observe` takes it, or `M::add` where there is no such `observe`.
    template <class... In>
    void observe(const In&... in) noexcept(noexcept(detail::observe_in(std::declval<M&>(), in...))) requires
        requires(M& m) {
        detail::observe_in(m, in...);
    }
    {
        with([&](M& mine) noexcept(noexcept(detail::observe_in(mine, in...))) {
            detail::observe_in(mine, in...);
        });
    }

    /// Calls `use` with the calling thread's `M`, for several observations at the cost of one. A reader waits
    /// until it returns. Keep no reference.
    /// \param use  must not come back to this object, nor read or merge any other `Sharded` (two threads that do
    /// so crosswise wait for each other for ever), nor fork, nor go on in another thread (fibers)
    template <class Use>
    void with(Use&& use) noexcept(std::is_nothrow_invocable_v<Use&, M&>) requires std::invocable<Use&, M&> {
        if (Shard* const shard = own()) [[likely]]
            return visit(*shard, use);
        visit_shared(use);
    }

    /// All observations that ended before this began, and maybe some of those under way.
    /// \throws std::bad_alloc, and what copies and merges of `M` throw; nothing is lost then, if `M::merge`
    /// changed nothing
    [[nodiscard]] Snapshot snapshot() const {
        return read([](const M& total) { return total; });
    }

    /// Adds what the other observed. Adds nothing when a copy of `M` needs memory and there is none.
    void merge(const Sharded& other) noexcept(merges_quietly) {
        try {
            other.read([this](const M& total) { with([&](M& mine) { mine.merge(total); }); });
        } catch (...) {
            if constexpr (!merges_quietly) throw;
        }
    }

private:
    /// Lines of its own, also for a processor that fetches them in pairs.
    struct alignas(128) Shard : detail::ShardHead {
        Shard(const detail::Cell* where, const M& prototype)
            : ShardHead{where}, sides{prototype, prototype} {}
        M sides[2];
    };
    using Idle = detail::ShardHead::Idle;

    static void destroy(detail::ShardHead* shard) { delete static_cast<Shard*>(shard); }

    template <class Use>
    static void visit(Shard& shard, Use& use) noexcept(std::is_nothrow_invocable_v<Use&, M&>) {
        const detail::ShardHead::Visit visit{shard};
        static_cast<void>(use(shard.sides[visit.side()]));
    }
    template <class Use>
    [[gnu::noinline]] void visit_shared(Use& use) noexcept(std::is_nothrow_invocable_v<Use&, M&>) {
        const detail::YieldLock::Guard alone{shards_.sharing()};
        visit(*shared_, use);
    }

    [[nodiscard]] Shard* own() noexcept {
        detail::Cell* const place = shards_.place();
        if (place == nullptr) return nullptr;
        auto* const shard = detail::bit_cast<detail::ShardHead*>(static_cast<std::uintptr_t>(place->load()));
        if (shard != nullptr && shard->place == place) [[likely]]
            return static_cast<Shard*>(shard);
        return find_or_make(place);
    }
    [[nodiscard, gnu::noinline]] Shard* find_or_make(detail::Cell* place) noexcept {
        detail::ShardHead* shard = shards_.find(place);
        if (shard == nullptr) {
            try {
                shards_.push(shard = new Shard{place, prototype_});
            } catch (...) {  // no copy of M: this one goes to the shard that threads share
                return nullptr;
            }
        }
        place->store(detail::bit_cast<std::uintptr_t>(shard));
        return static_cast<Shard*>(shard);
    }

    template <class Use>
    auto read(Use use) const {
        const detail::YieldLock::Guard alone{shards_.reading()};
        for (auto* shard = shards_.first(); shard != nullptr; shard = shard->next)
            collect(static_cast<Shard&>(*shard));
        return use(std::as_const(total_));
    }
    /// What can throw comes before what cannot be undone: the next reader goes on from there.
    void collect(Shard& shard) const {
        if (shard.idle == Idle::full) merge_idle(shard);  // a merge threw
        if (!shard.has_news()) return;
        if (shard.idle == Idle::merged) shard.sides[shard.idle_side()] = prototype_;
        shard.change_sides();
        shard.idle = Idle::full;
        merge_idle(shard);
    }
    void merge_idle(Shard& shard) const {
        total_.merge(std::as_const(shard.sides[shard.idle_side()]));
        shard.idle = Idle::merged;
    }

    const M prototype_;
    mutable M total_;  // of what readers have had
    detail::Shards shards_{destroy};
    Shard* shared_ = nullptr;
};

}  // namespace sonde
