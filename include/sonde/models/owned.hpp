// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace sonde::detail {

/// What one object has and its copies have copies of. The type may be incomplete here: one file that knows it
/// instantiates the template (src/models/copy_owned.hpp). Moved from, it may only be assigned to or destroyed.
/// Threading: single-writer.
template <class T>
class Owned {
public:
    /// \param value  made by `new`
    explicit Owned(T* value) noexcept : value_{value} {}
    Owned(const Owned& other) : value_{copy(*other.value_)} {}
    Owned(Owned&& other) noexcept : value_{std::exchange(other.value_, nullptr)} {}
    Owned& operator=(Owned other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Owned() { destroy(value_); }

    [[nodiscard]] T& operator*() noexcept { return *value_; }
    [[nodiscard]] const T& operator*() const noexcept { return *value_; }
    [[nodiscard]] T* operator->() noexcept { return value_; }
    [[nodiscard]] const T* operator->() const noexcept { return value_; }

private:
    static T* copy(const T& value);
    static void destroy(T* value) noexcept;

    T* value_;
};

}  // namespace sonde::detail
