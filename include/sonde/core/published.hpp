// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "sonde/core/atomic.hpp"

namespace sonde {

namespace detail {
/// Gives the processor to somebody else for a moment.
void yield() noexcept;
}  // namespace detail

/// A value that is replaced while others read it: a fitted model behind a running server.
///
/// Readers never wait, for each other or for a writer; `publish` waits until nobody reads the value
/// that it replaced, then destroys it on its own thread, so that a reader never pays for that either.
///
/// Threading: thread-safe. `read` is lock-free and allocates nothing; `publish` may be called from any
/// thread that holds no reading of the same object (it would wait for itself).
///
/// How: two slots, each a pointer and a count of readers; `current_` names one of them. A reader counts
/// itself in, then looks whether the slot is still current; if not it steps back and tries the other.
/// A writer, alone thanks to `writing_`, fills the slot that is not current, makes it current, then waits
/// for the old slot's count to fall to 0. All four steps are sequentially consistent: either the writer
/// sees the reader's count, or the reader sees the writer's switch, so no value is freed under a reader.
template <class T>
class Published {
public:
    /// A reading: the value stays alive and unchanged while this lives. Keep it short.
    class Reading {
    public:
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;
        ~Reading() { readers_.add_ordered(-1L); }

        [[nodiscard]] const T& operator*() const noexcept { return value_; }
        [[nodiscard]] const T* operator->() const noexcept { return &value_; }

    private:
        friend class Published;
        Reading(detail::Atomic<long>& readers, const T& value) noexcept : readers_{readers}, value_{value} {}

        detail::Atomic<long>& readers_;
        const T& value_;
    };

    /// Holds `value` until the first `publish`.
    explicit Published(T value) { slots_[0].value = new T(std::move(value)); }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;
    /// Nobody may be reading.
    ~Published() {
        delete slots_[0].value;
        delete slots_[1].value;
    }

    [[nodiscard]] Reading read() const noexcept {
        for (;;) {
            Slot& slot = slots_[current_.load_ordered()];
            slot.readers.add_ordered(1);
            if (&slot == &slots_[current_.load_ordered()]) return Reading{slot.readers, *slot.value};
            slot.readers.add_ordered(-1L);
        }
    }

    /// Replaces the value. Blocks until readings of the old one have ended.
    void publish(T value) {
        T* const fresh = new T(std::move(value));
        lock();
        const std::size_t old = current_.load_ordered();
        slots_[1 - old].value = fresh;
        current_.store_ordered(1 - old);
        while (slots_[old].readers.load_ordered() != 0) detail::yield();
        delete std::exchange(slots_[old].value, nullptr);
        writing_.store_release(0);
    }

private:
    struct alignas(64) Slot {  // a line each: readers of the new value leave the old one's count alone
        detail::Atomic<long> readers;
        T* value = nullptr;
    };

    void lock() noexcept {
        for (int expected = 0; !writing_.replace_ordered(expected, 1); expected = 0) detail::yield();
    }

    mutable Slot slots_[2];
    detail::Atomic<std::size_t> current_{0};
    detail::Atomic<int> writing_{0};
};

}  // namespace sonde
