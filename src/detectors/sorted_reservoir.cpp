// SPDX-License-Identifier: Apache-2.0
#include "sonde/detectors/sorted_reservoir.hpp"

#include <array>
#include <bit>
#include <cmath>

#include "sonde/core/error.hpp"
#include "sonde/detectors/scale.hpp"
#include "sonde/stats/range.hpp"

namespace sonde::detail {

namespace {
constexpr std::string_view where = "SortedReservoir";
using RngState = std::array<std::uint64_t, 4>;
}  // namespace

SortedReservoir::SortedReservoir(std::size_t capacity, double half_life, std::uint64_t seed)
    : sorted_{capacity}, half_life_{half_life}, least_replacement_{0}, rng_{seed} {
    slots_.reserve(capacity);
    if (half_life > 0)
        least_replacement_ = -static_cast<double>(capacity) * std::expm1(-std::log(2.0) / half_life);
}

SortedReservoir::SortedReservoir(const SortedReservoir& other)
    : sorted_{other.sorted_},
      half_life_{other.half_life_},
      least_replacement_{other.least_replacement_},
      seen_{other.seen_},
      rng_{other.rng_} {
    slots_.reserve(other.sorted_.capacity());  // a copied vector would have to grow in `learn`
    slots_.assign(other.slots_.begin(), other.slots_.end());
}

bool SortedReservoir::learn(double x) noexcept {
    ++seen_;
    const std::size_t capacity = sorted_.capacity();
    if (slots_.size() < capacity) {
        slots_.push_back(x);  // within what was reserved
        return sorted_.insert(x);
    }
    const double uniform = static_cast<double>(capacity) / static_cast<double>(seen_);
    if (rng_.uniform() >= (uniform > least_replacement_ ? uniform : least_replacement_)) return false;
    double& victim = slots_[static_cast<std::size_t>(rng_.below(capacity))];
    sorted_.erase(victim);
    victim = x;
    return sorted_.insert(x);
}

double SortedReservoir::scale() const noexcept {
    return robust_scale(slots_, slots_.size(), sorted_.median(), sorted_.mad());
}

void SortedReservoir::write(ByteWriter& writer) const {
    writer.u64(sorted_.capacity());
    writer.f64(half_life_);
    writer.u64(seen_);
    for (const std::uint64_t word : std::bit_cast<RngState>(rng_)) writer.u64(word);
    writer.f64s(slots_);
}

SortedReservoir SortedReservoir::read(ByteReader& reader, std::uint16_t) {
    const std::uint64_t capacity = reader.u64();
    if (capacity < 1 || capacity > SortedBuffer::max_capacity) fail_format(where, "capacity out of range");
    const double half_life = reader.finite();
    if (half_life != 0 && half_life < shortest_half_life(capacity)) fail_format(where, "half-life too short");
    SortedReservoir sample{static_cast<std::size_t>(capacity), half_life, 0};
    sample.seen_ = reader.u64();
    if (sample.seen_ > largest_count) fail_format(where, "more values than can be");
    RngState state;
    for (std::uint64_t& word : state) word = reader.u64();
    if ((state[0] | state[1] | state[2] | state[3]) == 0) fail_format(where, "random state of zeros");
    sample.rng_ = std::bit_cast<Rng>(state);
    const std::vector<double> values = reader.f64s();
    if (values.size() != (sample.seen_ < capacity ? sample.seen_ : capacity))
        fail_format(where, "values missing");
    if (!sample.sorted_.assign(values)) fail_format(where, "value out of range");
    sample.slots_.assign(values.begin(), values.end());  // within what was reserved
    return sample;
}

}  // namespace sonde::detail
