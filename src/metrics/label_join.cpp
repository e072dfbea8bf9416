// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/label_join.hpp"

#include <algorithm>
#include <bit>

#include "sonde/core/error.hpp"
#include "sonde/metrics/collector.hpp"

// Why a prediction never meets another request's label, and none is lost.
//
// A slot's state is a generation and a phase: empty, busy (being written) or full. It only changes as
//
//     (g, empty) -> (g, busy)          predict claims a free slot          compare and exchange
//     (g, full)  -> (g, busy)          predict replaces or pushes out      compare and exchange
//     (g, busy)  -> (g + 1, full)      its claimant has written it         release store
//     (g, full)  -> (g + 1, empty)     label takes, tick gives up          compare and exchange
//
// and every claim and take is a sequentially consistent exchange. A slot is claimed once per generation and
// generations (62 bits) do not come again, so a state says exactly which writing of the slot it belongs to.
//
// - Fields are written only by the one thread that brought the slot to busy; the others stay away.
// - Readers are optimistic: they load the state (acquire), then the fields, then exchange that very state
//   for another. The acquire shows them at least the fields of that generation. Had they read a later
//   writing, some claim had changed the state before and the exchange would fail: what was read is thrown
//   away. So a successful exchange proves that id, prediction and time belong together, and that nobody else
//   takes the same prediction.
// - `label` for an id whose `predict` has returned sees the slot full: only a claim (push-out, replacement:
//   counted) or another take could have changed it. A failed exchange means exactly that, and is followed
//   by another look.
// - A failed exchange is another thread's success: the table as a whole always goes on, whatever thread
//   sleeps where. One that sleeps while it writes holds its own slot only. `predict` gives up after
//   `attempts` failures, so that it is bounded; that is counted in `dropped`.

namespace sonde {

namespace {

constexpr std::size_t ways = 8;
constexpr int attempts = 64;

enum Phase : std::uint64_t { empty = 0, busy = 1, full = 2 };

Phase phase(std::uint64_t state) { return static_cast<Phase>(state & 3); }
std::uint64_t with(std::uint64_t state, Phase phase) { return (state & ~std::uint64_t{3}) | phase; }
std::uint64_t next(std::uint64_t state, Phase phase) { return with(state + 4, phase); }

// The finalizer of SplitMix64: every bit of the id changes every bit of the result by even chance.
std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
    return z ^ (z >> 31);
}

// Twice the capacity: two sets of 8 to choose from, half full, overflow less often than once in a million
// (Azar, Broder, Karlin, Upfal: Balanced allocations, SIAM Journal on Computing 29, 1999).
std::size_t sets(std::size_t capacity) {
    if (capacity < 1 || capacity > (std::size_t{1} << 26))
        fail("LabelJoin", "capacity", static_cast<double>(capacity), "in [1, 2^26]");
    return std::max<std::size_t>(2, std::bit_ceil(capacity) * 2 / ways);
}

}  // namespace

/// A slot to write, and what its state was.
struct LabelJoin::Place {
    Slot* slot = nullptr;
    std::uint64_t state = 0;
    bool same_id = false;
};

LabelJoin::LabelJoin(LabelJoinOptions options, Classification& classification)
    : classification_{classification},
      timeout_{options.timeout},
      set_mask_{sets(options.capacity) - 1},
      slots_((set_mask_ + 1) * ways) {
    if (timeout_ < Duration::zero()) fail("LabelJoin", "timeout", seconds(timeout_), "at least 0 s");
}

/// Calls `visit(set, slot, state)` for the 16 slots that an id may be in, until it returns true.
template <class Visit>
void LabelJoin::visit(std::uint64_t id, Visit visit) noexcept {
    const std::uint64_t hash = mix(id);
    const std::size_t first = hash & set_mask_;
    const std::size_t apart = (hash >> 32 & set_mask_) | 1;  // odd, so that it is another set
    const std::size_t bases[2] = {first * ways, ((first ^ apart) & set_mask_) * ways};
    for (std::size_t set = 0; set < 2; ++set) {
        for (std::size_t way = 0; way < ways; ++way) {
            Slot& slot = slots_[bases[set] + way];
            if (visit(set, slot, slot.state.load_acquire())) return;
        }
    }
}

/// Where a prediction goes: the place of the same id, else the emptier set, else where the oldest one waits.
LabelJoin::Place LabelJoin::find_place(std::uint64_t id) noexcept {
    Place free[2], oldest, same;
    std::size_t room[2] = {0, 0};
    std::int64_t since = 0;
    visit(id, [&](std::size_t set, Slot& slot, std::uint64_t state) {
        if (phase(state) == empty) {
            if (room[set]++ == 0) free[set] = {&slot, state, false};
        } else if (phase(state) == full) {
            if (slot.id.load() == id) same = {&slot, state, true};
            if (const std::int64_t at = slot.since.load(); oldest.slot == nullptr || at < since) {
                oldest = {&slot, state, false};
                since = at;
            }
        }
        return same.slot != nullptr;
    });
    if (same.slot != nullptr) return same;
    const Place& found = free[room[1] > room[0] ? 1 : 0];
    return found.slot != nullptr ? found : oldest;
}

bool LabelJoin::too_old(std::int64_t since, TimePoint now) const noexcept {
    return timeout_ > Duration::zero() && now.time_since_epoch().count() - since > timeout_.count();
}

void LabelJoin::predict(std::uint64_t request_id, std::size_t predicted, TimePoint now) noexcept {
    counts_.predictions.add(1);
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const Place place = find_place(request_id);
        if (place.slot == nullptr) break;
        std::uint64_t seen = place.state;
        if (!place.slot->state.replace_ordered(seen, with(place.state, busy))) continue;
        if (phase(place.state) == full) {
            if (place.same_id)
                counts_.replaced.add(1);
            else
                (too_old(place.slot->since.load(), now) ? counts_.expired : counts_.evicted).add(1);
        }
        place.slot->id.store(request_id);
        place.slot->predicted.store(predicted);
        place.slot->since.store(now.time_since_epoch().count());
        place.slot->state.store_release(next(place.state, full));
        return;
    }
    counts_.dropped.add(1);
}

bool LabelJoin::label(std::uint64_t request_id, std::size_t actual) noexcept {
    for (bool again = true; again;) {
        again = false;
        bool taken = false;
        std::uint64_t predicted = 0;
        visit(request_id, [&](std::size_t, Slot& slot, std::uint64_t state) {
            if (phase(state) != full || slot.id.load() != request_id) return false;
            predicted = slot.predicted.load();
            taken = slot.state.replace_ordered(state, next(state, empty));
            again = !taken;
            return true;
        });
        if (!taken) continue;
        classification_.observe(predicted, actual);
        counts_.joined.add(1);
        return true;
    }
    counts_.unmatched.add(1);
    return false;
}

void LabelJoin::tick(TimePoint now) noexcept {
    if (timeout_ <= Duration::zero()) return;
    for (Slot& slot : slots_) {
        std::uint64_t state = slot.state.load_acquire();
        if (phase(state) != full || !too_old(slot.since.load(), now)) continue;
        if (slot.state.replace_ordered(state, next(state, empty))) counts_.expired.add(1);
    }
}

LabelJoin::Snapshot LabelJoin::snapshot() const noexcept {
    Snapshot s;
    s.joined = counts_.joined.load();
    s.evicted = counts_.evicted.load();
    s.expired = counts_.expired.load();
    s.replaced = counts_.replaced.load();
    s.dropped = counts_.dropped.load();
    s.unmatched = counts_.unmatched.load();
    s.predictions = counts_.predictions.load();
    const std::uint64_t gone = s.joined + s.evicted + s.expired + s.replaced + s.dropped;
    s.pending = s.predictions - std::min(gone, s.predictions);
    return s;
}

void LabelJoin::collect(Collector& out, TimePoint) const {
    const Snapshot s = snapshot();
    const auto labels = [&](const char* outcome, std::uint64_t n) {
        out.counter("_labels_total", out.help() + " Labels that came.", n, {{"outcome", outcome}});
    };
    labels("joined", s.joined);
    labels("unmatched", s.unmatched);
    const auto lost = [&](const char* reason, std::uint64_t n) {
        out.counter("_predictions_lost_total", out.help() + " Predictions that waited for a label in vain.",
                    n, {{"reason", reason}});
    };
    lost("evicted", s.evicted);
    lost("expired", s.expired);
    lost("replaced", s.replaced);
    lost("dropped", s.dropped);
    out.gauge("_predictions_pending", out.help() + " Predictions that wait for their label.",
              static_cast<double>(s.pending));
}

}  // namespace sonde
