// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "sonde/core/atomic.hpp"

namespace sonde::detail {

/// What copies of a model share and never change. The type may be incomplete here: one file that knows it instantiates
/// the template (src/models/destroy_shared.hpp). Moved from, it may only be assigned to or destroyed. Threading:
/// immutable.
template <class T>
class Shared {
public:
    /// \param value  made by `new`
    explicit Shared(const T* value) try : held_{new Held{value}
} {}
catch (...) {
    destroy(value);
    throw;
}
Shared(const Shared& other) noexcept : held_{other.held_} { held_->owners.add(1); }
Shared(Shared&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
Shared& operator=(Shared other) noexcept {
    std::swap(held_, other.held_);
    return *this;
}
~Shared() {
    // The last owner sees all that the others did: the count is sequentially consistent on its way down.
    if (held_ == nullptr || held_->owners.add_ordered(~std::uint64_t{0}) != 1) return;
    destroy(held_->value);
    delete held_;
}

[[nodiscard]] const T& operator*() const noexcept { return *held_->value; }
[[nodiscard]] const T* operator->() const noexcept { return held_->value; }

private:
struct Held {
    const T* value;
    Atomic<std::uint64_t> owners{1};
};
static void destroy(const T* value) noexcept;

Held* held_;
};  // namespace sonde::detail

}  // namespace sonde::detail
