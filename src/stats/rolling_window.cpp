// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/rolling_window.hpp"

#include <algorithm>

#include "sonde/core/error.hpp"

namespace sonde {

RollingWindow::RollingWindow(Options options)
    : duration_{options.duration}, sorted_{[&] {
          if (options.capacity < 1 || options.capacity > SortedBuffer::max_capacity)
              fail("RollingWindow", "capacity", static_cast<double>(options.capacity), "in [1, 1048576]");
          if (options.duration.count() < 0)
              fail("RollingWindow", "duration", seconds(options.duration), "at least 0 seconds");
          return options.capacity;
      }()} {
    ring_.resize(options.capacity);
    suffix_.resize(options.capacity);
    if (duration_.count() > 0) times_.resize(options.capacity);
}

void RollingWindow::observe(double x) noexcept {
    if (!detail::in_range(x)) {
        ++rejected_;
        return;
    }
    if (full()) drop_oldest(1);
    append(x);
}

void RollingWindow::observe(double x, TimePoint now) noexcept {
    if (detail::in_range(x)) expire(now);
    observe(x);
}

void RollingWindow::expire(TimePoint now) noexcept {
    time_.advance(now);
    if (times_.empty() || size_ == 0) return;
    const auto too_old = [this](std::size_t i) { return time_.elapsed() - times_[slot(i)] >= duration_; };
    if (too_old(size_ - 1)) return clear();
    std::size_t count = 0;
    while (too_old(count)) ++count;
    if (count > 0) drop_oldest(count);
}

void RollingWindow::clear() noexcept {
    sorted_.clear();
    size_ = front_ = 0;
    shift_ = 0;
    back_ = {};
}

void RollingWindow::append(double x) noexcept {
    if (size_ == 0) shift_ = x;
    const std::size_t at = slot(size_);
    ring_[at] = x;
    if (!times_.empty()) times_[at] = time_.elapsed();
    sorted_.insert(x);
    ++size_;
    back_.add(detail::rounded(x - shift_), static_cast<double>(size_ - front_));
}

void RollingWindow::drop_oldest(std::size_t count) noexcept {
    drop_sorted(count);
    first_ = slot(count);
    size_ -= count;
    // At once, not when the next one leaves: what the sums were taken relative to may be long gone.
    if (count >= front_)
        flip();
    else
        front_ -= count;
}

/// Takes the oldest `count` out of sorted_. One at a time, each moves up to n numbers; from about 32 on it
/// is cheaper to sort them, which their places in the ring may be used for, and to go through all n once.
void RollingWindow::drop_sorted(std::size_t count) noexcept {
    if (count <= 32) {
        for (std::size_t i = 0; i < count; ++i) sorted_.erase(ring_[slot(i)]);
        return;
    }
    const std::size_t to_end = std::min(count, ring_.size() - first_);
    for (const std::span<double> run :
         {std::span{ring_}.subspan(first_, to_end), std::span{ring_}.first(count - to_end)}) {
        std::sort(run.begin(), run.end());
        sorted_.erase(run);
    }
}

/// Sums up the whole window anew, as the front, relative to its median: no outlier moves that.
void RollingWindow::flip() noexcept {
    shift_ = sorted_.median();
    front_ = size_;
    sum_front();
    back_ = {};
}

void RollingWindow::sum_front() noexcept {
    detail::MeanAndSquares sum;
    for (std::size_t i = front_; i > 0; --i) {
        const std::size_t at = slot(i - 1);
        sum.add(detail::rounded(ring_[at] - shift_), static_cast<double>(front_ - i + 1));
        suffix_[at] = sum;
    }
}

void RollingWindow::write(ByteWriter& writer) const {
    writer.u64(ring_.size());
    writer.u64(static_cast<std::uint64_t>(duration_.count()));
    writer.u64(rejected_);
    writer.u64(front_);
    writer.f64(shift_);
    writer.u64(size_);
    for (std::size_t i = 0; i < size_; ++i) writer.f64((*this)[i]);
    if (times_.empty()) return;
    const auto age = [this](Duration at) {
        return static_cast<std::uint64_t>((time_.elapsed() - at).count());
    };
    for (std::size_t i = 0; i < size_; ++i) writer.u64(age(times_[slot(i)]));
}

RollingWindow RollingWindow::read(ByteReader& reader, std::uint16_t) {
    const std::uint64_t capacity = reader.u64(), duration = reader.u64();
    if (capacity < 1 || capacity > SortedBuffer::max_capacity || duration > INT64_MAX)
        fail_format("RollingWindow", "capacity or duration out of range");
    const std::uint64_t rejected = reader.u64(), front = reader.u64();
    const double shift = reader.finite();
    const std::size_t size = reader.length(duration > 0 ? 16 : 8);
    if (size > capacity || front > size || !detail::in_range(shift) || (size == 0 && shift != 0))
        fail_format("RollingWindow", "state that no stream leaves");
    RollingWindow result{{static_cast<std::size_t>(capacity), Duration{static_cast<std::int64_t>(duration)}}};
    result.rejected_ = rejected;
    result.front_ = static_cast<std::size_t>(front);
    result.shift_ = shift;
    result.size_ = size;
    for (std::size_t i = 0; i < size; ++i) result.ring_[i] = reader.finite();
    if (!result.sorted_.assign({result.ring_.data(), size}))
        fail_format("RollingWindow", "a number out of range");
    for (std::size_t i = result.front_; i < size; ++i)
        result.back_.add(detail::rounded(result.ring_[i] - shift), static_cast<double>(i - front + 1));
    result.sum_front();
    if (duration > 0) result.read_ages(reader);
    return result;
}

void RollingWindow::read_ages(ByteReader& reader) {
    std::uint64_t oldest = 0, before = static_cast<std::uint64_t>(duration_.count());
    for (std::size_t i = 0; i < size_; ++i) {
        const std::uint64_t age = reader.u64();
        if (age > before) fail_format("RollingWindow", "ages out of order");
        if (i == 0) oldest = age;
        times_[i] = Duration{static_cast<std::int64_t>(oldest - age)};
        before = age;
    }
    time_ = detail::Timeline{Duration{static_cast<std::int64_t>(oldest)}};
}

}  // namespace sonde
