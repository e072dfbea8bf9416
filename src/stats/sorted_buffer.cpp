// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/sorted_buffer.hpp"

#include <algorithm>

#include "sonde/core/error.hpp"
#include "sonde/stats/range.hpp"

namespace sonde {

SortedBuffer::SortedBuffer(std::size_t capacity) {
    if (capacity < 1 || capacity > max_capacity)
        fail("SortedBuffer", "capacity", static_cast<double>(capacity), "in [1, 1048576]");
    values_.resize(capacity);
}

std::size_t SortedBuffer::position(double x) const noexcept {
    const auto all = values();
    return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), x) - all.begin());
}

bool SortedBuffer::insert(double x) noexcept {
    if (size_ == values_.size() || !detail::in_range(x)) return false;
    const std::size_t at = position(x);
    double* const begin = values_.data();
    std::copy_backward(begin + at, begin + size_, begin + size_ + 1);
    values_[at] = x;
    ++size_;
    return true;
}

bool SortedBuffer::erase(double x) noexcept {
    if (!detail::in_range(x)) return false;
    const std::size_t at = position(x);
    if (at == size_ || x < values_[at]) return false;
    double* const begin = values_.data();
    std::copy(begin + at + 1, begin + size_, begin + at);
    --size_;
    return true;
}

void SortedBuffer::erase(std::span<const double> ascending) noexcept {
    auto next = ascending.begin();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        const double x = values_[i];
        while (next != ascending.end() && *next < x) ++next;
        if (next != ascending.end() && !(x < *next))
            ++next;
        else
            values_[kept++] = x;
    }
    size_ = kept;
}

bool SortedBuffer::assign(std::span<const double> values) noexcept {
    const auto fits = [](const double& x) { return detail::in_range(x); };
    if (values.size() > values_.size() || !std::all_of(values.begin(), values.end(), fits)) return false;
    std::copy(values.begin(), values.end(), values_.begin());
    size_ = values.size();
    std::sort(values_.data(), values_.data() + size_);
    return true;
}

double SortedBuffer::quantile(double q) const noexcept {
    if (size_ == 0) return 0;
    const double rank = detail::probability(q) * static_cast<double>(size_ - 1);
    const auto below = static_cast<std::size_t>(rank);
    if (below + 1 >= size_) return values_[size_ - 1];
    const double low = values_[below], high = values_[below + 1];
    return low + (high - low) * (rank - static_cast<double>(below));
}

/// The distance of the number that is `rank`th nearest to `from`, counted from 0. The rank + 1 nearest
/// numbers are neighbours in order, so that only where they begin has to be found.
double SortedBuffer::distance(double from, std::size_t rank) const noexcept {
    std::size_t begin = 0, end = size_ - rank - 1;
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (from - values_[middle] > values_[middle + rank + 1] - from)
            begin = middle + 1;
        else
            end = middle;
    }
    return std::max(from - values_[begin], values_[begin + rank] - from);
}

double SortedBuffer::mad() const noexcept {
    if (size_ == 0) return 0;
    const double center = median(), upper = distance(center, size_ / 2);
    if (size_ % 2 == 1) return upper;
    const double lower = distance(center, size_ / 2 - 1);
    return lower + (upper - lower) / 2;
}

void SortedBuffer::write(ByteWriter& writer) const {
    writer.u64(values_.size());
    writer.f64s(values());
}

SortedBuffer SortedBuffer::read(ByteReader& reader, std::uint16_t) {
    const std::uint64_t capacity = reader.u64();
    const std::vector<double> values = reader.f64s();
    if (capacity < 1 || capacity > max_capacity || values.size() > capacity)
        fail_format("SortedBuffer", "capacity out of range");
    if (!std::is_sorted(values.begin(), values.end())) fail_format("SortedBuffer", "numbers out of order");
    SortedBuffer result{static_cast<std::size_t>(capacity)};
    if (!result.assign(values)) fail_format("SortedBuffer", "a number out of range");
    return result;
}

}  // namespace sonde
