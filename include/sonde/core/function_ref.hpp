// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

namespace sonde {

template <class Signature>
class FunctionRef;

namespace detail {
template <class F, class R>
concept IsFunctionRef = std::same_as<std::remove_cv_t<F>, FunctionRef<R>>;

template <class F, class R, class... Args>
concept CallableAs = !IsFunctionRef<F, R(Args...)> && requires(F & function, Args... args) {
    static_cast<R>(function(std::forward<Args>(args)...));
};
}  // namespace detail

/// A call of a function object that somebody else owns, so only of one with a name:
/// `auto go_on = [&](const FitProgress&) { return !stopped; }; fit_kmeans(rows, {.progress = go_on});`
/// Valid as long as that object. Nothing is allocated. Threading: that of the object.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
public:
    /// Refers to nothing.
    constexpr FunctionRef() noexcept = default;

    template <class F>
    requires detail::CallableAs<F, R, Args...>
    constexpr FunctionRef(F& function) noexcept
        : object_{&function}, call_{[](const void* object, Args... args) -> R {
              return static_cast<R>(
                  (*const_cast<F*>(static_cast<const F*>(object)))(std::forward<Args>(args)...));
          }} {}

    /// True when there is something to call.
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return call_ != nullptr; }

    /// Only where there is something to call.
    R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

private:
    const void* object_ = nullptr;
    R (*call_)(const void*, Args...) = nullptr;
};

}  // namespace sonde
