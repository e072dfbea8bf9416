// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sonde/core/atomic.hpp"
#include "sonde/core/chrono.hpp"
#include "sonde/metrics/classification.hpp"

namespace sonde {

class Collector;

/// How many predictions a `LabelJoin` lets wait for their label, and how long.
struct LabelJoinOptions {
    /// Predictions that may wait at once, 1 .. 2^26.
    std::size_t capacity = 65'536;
    /// Predictions that wait longer are given up at the next `tick`. 0: they wait until pushed out.
    Duration timeout{0};
};

/// What became of predictions and labels. Predictions are pending, joined or lost.
struct LabelJoinSnapshot {
    std::uint64_t predictions = 0;  ///< all that came in
    std::uint64_t joined = 0;       ///< met their label
    std::uint64_t pending = 0;      ///< wait for it
    std::uint64_t evicted = 0;      ///< lost: pushed out by a newer one
    std::uint64_t expired = 0;      ///< lost: waited longer than the timeout
    std::uint64_t replaced = 0;     ///< lost: their id was predicted again
    std::uint64_t dropped = 0;      ///< lost: all 16 places were being written
    std::uint64_t unmatched = 0;    ///< labels whose prediction was not there

    friend bool operator==(const LabelJoinSnapshot&, const LabelJoinSnapshot&) = default;
};

/// Brings predictions and the labels that arrive later together, by request id, and hands each pair to a
/// `Classification`.
///
///     join.predict(request.id, answer, now);   // when the request is answered
///     join.label(request.id, truth);           // seconds or hours later, from any thread
///
/// Predictions wait in a table of fixed size, each in one of the 16 places that its id may take. While no
/// more than `capacity` wait, fewer than one in a million is pushed out by chance; beyond, the oldest of
/// the 16 makes room. What is lost is counted by reason. No id is ever joined with another one's label.
///
/// One id belongs to one request: `predict` returns before `label` is called, and an id is used again only
/// after it was labelled or lost. Ids that are texts: hash them to 64 bits.
/// Memory: 64 bytes per prediction of `capacity`, rounded up to a power of two. Cost: 512 bytes in two
/// places are looked through. Threading: thread-safe; `predict` and `label` are lock-free.
class LabelJoin {
public:
    using Snapshot = LabelJoinSnapshot;

    /// \param classification  is fed by `label`; must outlive this
    explicit LabelJoin(Classification& classification) : LabelJoin({}, classification) {}
    /// \throws std::invalid_argument  an option is out of its range
    LabelJoin(LabelJoinOptions options, Classification& classification);

    /// A prediction was given. An id that already waits is replaced.
    void predict(std::uint64_t request_id, std::size_t predicted, TimePoint now) noexcept;

    /// The label has come. False when the prediction is not there: unknown, lost or labelled before.
    bool label(std::uint64_t request_id, std::size_t actual) noexcept;

    /// Gives up the predictions that have waited too long. Cost: O(capacity) with a timeout, else nothing.
    void tick(TimePoint now) noexcept;

    [[nodiscard]] Snapshot snapshot() const noexcept;
    /// `x` exports the counters `x_labels_total{outcome}` and `x_predictions_lost_total{reason}`, and the
    /// gauge `x_predictions_pending`.
    void collect(Collector& out, TimePoint now) const;

private:
    struct alignas(32) Slot {
        detail::Atomic<std::uint64_t> state;
        detail::Atomic<std::uint64_t> id;
        detail::Atomic<std::int64_t> since;
        detail::Atomic<std::uint64_t> predicted;
    };
    struct alignas(64) Counts {  // a line of their own: what every call reads is never written
        detail::Atomic<std::uint64_t> predictions, joined, evicted, expired, replaced, dropped, unmatched;
    };
    struct Place;

    template <class Visit>
    void visit(std::uint64_t id, Visit visit) noexcept;
    [[nodiscard]] Place find_place(std::uint64_t id) noexcept;
    [[nodiscard]] bool too_old(std::int64_t since, TimePoint now) const noexcept;

    Classification& classification_;
    Duration timeout_;
    std::size_t set_mask_;
    std::vector<Slot> slots_;
    Counts counts_;
};

}  // namespace sonde
