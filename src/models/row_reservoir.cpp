// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/row_reservoir.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/published.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

constexpr std::size_t max_capacity = std::size_t{1} << 20, max_values = std::size_t{1} << 32;

std::size_t checked_capacity(std::size_t dimension, const RowReservoirOptions& options) {
    constexpr auto where = "RowReservoir";
    if (options.capacity < 1 || options.capacity > max_capacity)
        fail(where, "capacity", static_cast<double>(options.capacity), "in [1, 1048576]");
    if (dimension < 1 || dimension > max_values / options.capacity)
        fail(where, "dimension", static_cast<double>(dimension),
             "at least 1, and at most 2^32 with the capacity");
    if (!is_finite(options.acceptance) || options.acceptance <= 0 || options.acceptance > 1)
        fail(where, "acceptance", options.acceptance, "in (0, 1]");
    return options.capacity;
}

}  // namespace

RowReservoir::RowReservoir(std::size_t dimension, const RowReservoirOptions& options)
    : dimension_{dimension},
      acceptance_{options.acceptance},
      seed_{options.seed},
      values_(checked_capacity(dimension, options) * dimension),
      states_(options.capacity) {}

RowReservoir::Offer RowReservoir::offer(const Row& row) noexcept {
    if (row.size() != dimension_ || !all_finite(row)) return Offer::rejected;
    const std::uint64_t number = offered_.add(1);
    auto place = static_cast<std::size_t>(number);
    if (number >= capacity()) {
        Rng rng{seed_ + number};
        if (rng.uniform() >= acceptance_) return Offer::skipped;
        place = static_cast<std::size_t>(rng.below(capacity()));
    }
    detail::Atomic<State>& state = states_[place];
    State before = state.load();
    if (before == State::busy || !state.replace_ordered(before, State::busy)) return Offer::dropped;
    std::copy_n(row.data(), dimension_, values_.data() + place * dimension_);
    state.store_release(State::held);
    if (before == State::empty) size_.add(1);
    return Offer::taken;
}

/// Makes a place busy; false when it is empty.
bool RowReservoir::wait_for(detail::Atomic<State>& state) const noexcept {
    for (;;) {
        State before = state.load();
        if (before == State::empty) return false;
        if (before == State::held && state.replace_ordered(before, State::busy)) return true;
        detail::yield();
    }
}

std::vector<float> RowReservoir::rows(std::uint64_t seed) const {
    std::vector<std::uint32_t> order(capacity());
    std::iota(order.begin(), order.end(), 0U);
    Rng rng{seed};
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);

    std::vector<float> copy;
    copy.reserve(capacity() * dimension_);
    for (const std::uint32_t place : order) {
        if (!wait_for(states_[place])) continue;
        const float* row = values_.data() + place * dimension_;
        copy.insert(copy.end(), row, row + dimension_);  // within what was reserved: cannot throw
        states_[place].store_release(State::held);
    }
    return copy;
}

}  // namespace sonde
