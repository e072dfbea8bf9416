// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

namespace sonde::detail {

/// A shared word, on the compilers' own atomics: `<atomic>` costs 8,500 lines in every file that
/// includes us (docs/adr/0003-header-budget.md). The plain verbs are relaxed, which is all that a
/// counter needs; whoever publishes data through a word says `_acquire`, `_release` or `_ordered`
/// (sequentially consistent). No fences: ThreadSanitizer cannot see through them.
/// Threading: thread-safe.
template <class T>
class Atomic {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "must be lock-free");

public:
    Atomic() noexcept = default;
    explicit Atomic(T value) noexcept : value_{value} {}
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    [[nodiscard]] T load() const noexcept { return get(__ATOMIC_RELAXED); }
    [[nodiscard]] T load_acquire() const noexcept { return get(__ATOMIC_ACQUIRE); }
    [[nodiscard]] T load_ordered() const noexcept { return get(__ATOMIC_SEQ_CST); }

    void store(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_RELAXED); }
    void store_release(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_RELEASE); }
    void store_ordered(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_SEQ_CST); }

    /// Adds and returns what was there before. Floating point adds by compare and exchange.
    T add(T amount) noexcept {
        if constexpr (std::is_integral_v<T>) {
            return __atomic_fetch_add(&value_, amount, __ATOMIC_RELAXED);
        } else {
            T seen = load();
            while (!replace(seen, seen + amount)) {}
            return seen;
        }
    }
    T add_ordered(T amount) noexcept {
        static_assert(std::is_integral_v<T>);
        return __atomic_fetch_add(&value_, amount, __ATOMIC_SEQ_CST);
    }

    /// As `add`, for a word that only this thread writes: a load and a store, no locked instruction.
    void add_alone(T amount) noexcept { store(static_cast<T>(load() + amount)); }
    /// The same; whoever sees it (`load_acquire`) sees what this thread stored before.
    void add_alone_release(T amount) noexcept { store_release(static_cast<T>(load() + amount)); }

    /// Stores `value` if the word still is `expected`; else loads the word into `expected`.
    bool replace(T& expected, T value) noexcept { return exchange_if(expected, value, __ATOMIC_RELAXED); }
    bool replace_ordered(T& expected, T value) noexcept {
        return exchange_if(expected, value, __ATOMIC_SEQ_CST);
    }

    /// Raises the word to at least `value`.
    void raise_to(T value) noexcept {
        for (T seen = load(); seen < value && !replace(seen, value);) {}
    }

private:
    T get(int order) const noexcept {
        T value;
        __atomic_load(&value_, &value, order);
        return value;
    }
    bool exchange_if(T& expected, T value, int order) noexcept {
        return __atomic_compare_exchange(&value_, &expected, &value, false, order, __ATOMIC_RELAXED);
    }

    T value_{};
};

}  // namespace sonde::detail
