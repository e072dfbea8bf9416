// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/histogram.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

#include "metrics/histogram_cold.hpp"
#include "metrics/histogram_export.hpp"
#include "metrics/histogram_sum.hpp"
#include "metrics/snapshot_values.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

using detail::HistogramCells;
using detail::HistogramExtremes;
using detail::largest_recordable;

constexpr std::size_t max_windows = 8;
constexpr double largest_bound = 9e18;  // a little less than the largest recordable

HistogramOptions checked(HistogramOptions options, const char* who) {
    using namespace std::chrono_literals;
    if (options.precision_bits < detail::min_precision || options.precision_bits > detail::max_precision)
        fail(who, "precision_bits", options.precision_bits, "in [3, 10]");
    if (options.bounds.empty())
        for (double bound = 1; bound <= 65'536; bound *= 2) options.bounds.push_back(bound);
    double last = 0;
    for (const double bound : options.bounds) {
        if (!is_finite(bound) || bound <= last) fail(who, "bounds", bound, "above 0, and ascending");
        if (bound > largest_bound) fail(who, "bounds", bound, "at most 9e18");
        last = bound;
    }
    if (options.windows.empty()) options.windows = detail::standard_lengths();
    if (options.windows.size() > max_windows)
        fail(who, "windows", static_cast<double>(options.windows.size()), "at most 8");
    Duration shorter{0};
    for (const Duration length : options.windows) {
        if (length < 100ms || length > 24h || length <= shorter)
            fail(who, "windows", seconds(length), "0.1 s to 24 h, and ascending");
        shorter = length;
    }
    return options;
}

std::size_t bucket_count(unsigned precision_bits) {
    return detail::log_linear_size(largest_recordable, precision_bits);
}

/// Pages begin where 2^19 does: of the streams that span three decades, those of milliseconds and of
/// seconds then touch two pages and not three.
std::size_t page_at(unsigned precision_bits) {
    return detail::log_linear_index(std::uint64_t{1} << 19, precision_bits);
}

/// Where the calling thread writes: cells of its own, or those that threads without any share.
struct Place {
    Place(const HistogramCells& own, const HistogramCells& common) noexcept
        : cells{own.buckets != nullptr ? own : common}, alone{own.buckets != nullptr} {}

    HistogramCells cells;
    bool alone;

    void add(detail::Cell& cell, std::uint64_t n) const noexcept {
        alone ? cell.add_alone_release(n) : void(cell.add_ordered(n));
    }
    void record(std::uint64_t value, std::uint64_t n) const noexcept {
        alone ? cells.record_alone(value, n) : cells.record_shared(value, n);
    }
};

}  // namespace

Histogram::Histogram(HistogramOptions options) : Histogram{std::move(options), "Histogram"} {}

Histogram::Histogram(HistogramOptions options, const char* who)
    : precision_bits_{checked(options, who).precision_bits},
      head_{{HistogramCells::head_size, HistogramCells::maxima, 0}},
      buckets_{{bucket_count(precision_bits_), 0, page_at(precision_bits_)}, head_},
      cold_{new Cold{checked(std::move(options), who)}} {}

Histogram::~Histogram() { delete cold_; }

const HistogramOptions& Histogram::options() const noexcept { return cold_->options; }

std::uint64_t Histogram::clamped() const noexcept { return head_.total(HistogramCells::clamped); }

HistogramCells Histogram::own_cells() const noexcept {
    detail::Cell* const buckets = buckets_.own();
    return {buckets == nullptr ? nullptr : head_.own(), buckets, precision_bits_};
}

HistogramCells Histogram::common_cells() const noexcept {
    return {head_.common(), buckets_.common(), precision_bits_};
}

template <class Use>
void Histogram::visit(Use use) const noexcept {
    buckets_.visit_regions(
        [&](const detail::Region* region) { use(region == nullptr ? common_cells() : cells_in(region)); });
}

void Histogram::observe_elsewhere(std::uint64_t value, std::uint64_t n) noexcept {
    if (n == 0) return;
    if (value > largest_recordable) return observe_clamped(largest_recordable, n);
    Place{own_cells(), common_cells()}.record(value, n);
}

void Histogram::observe_clamped(std::uint64_t counted_as, std::uint64_t n) noexcept {
    const Place here{own_cells(), common_cells()};
    here.record(counted_as, n);
    here.add(here.cells.head[HistogramCells::clamped], n);
}

void Histogram::observe(std::span<const std::uint64_t> values) noexcept {
    const auto odd = [this](std::uint64_t value) { observe_elsewhere(value, 1); };
    if (const HistogramCells own = own_cells(); own.buckets != nullptr)
        own.record_alone(values, whole, odd);
    else
        std::for_each(values.begin(), values.end(), odd);
}

void Histogram::observe_corrected(std::uint64_t value, std::uint64_t interval) noexcept {
    observe(value);
    value = std::min(value, largest_recordable);
    if (interval == 0 || value / interval < 2) return;
    const Place here{own_cells(), common_cells()};
    std::uint64_t missing = value / interval - 1;
    std::uint64_t smallest = value - missing * interval;
    // All those that fall into one bucket at once: n values from `smallest` on, an interval apart.
    while (missing > 0) {
        const std::size_t index = detail::log_linear_index(smallest, precision_bits_);
        const std::uint64_t room = detail::log_linear_upper(index, precision_bits_) - smallest;
        const std::uint64_t n = std::min(missing, room / interval + 1);
        here.record(smallest, n);
        const std::uint64_t pairs = n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n;
        here.add(here.cells.head[HistogramCells::sum], pairs * interval);
        smallest += n * interval;
        missing -= n;
    }
}

detail::HistogramTotals Histogram::totals() const {
    detail::HistogramSum sum{precision_bits_};
    visit([&](const HistogramCells& cells) { sum.add(cells, HistogramExtremes{cells.head}); });
    return sum.totals();
}

HistogramSnapshot Histogram::snapshot() const { return detail::snapshot_of(totals()); }

std::optional<HistogramSnapshot> Histogram::window(Duration length, TimePoint now) const {
    return cold_->windows.read(length, now, [this](const detail::HistogramPast& before, Duration covered) {
        return detail::window_of(totals(), before, covered);
    });
}

void Histogram::tick(TimePoint now) {
    // One tick at a time: totals must not be older than what they are compared with.
    const std::lock_guard lock{cold_->ticking};
    if (now < cold_->last_tick) return;
    cold_->last_tick = now;
    const detail::HistogramTotals current = totals();
    cold_->windows.tick(now, [&] { return detail::HistogramPast::of(current); });
    for (std::size_t i = 0; i < cold_->tables.size(); ++i) {
        const Duration length = cold_->windows.lengths()[i];
        const auto recent = cold_->windows.read(
            length, now,
            [&](const detail::HistogramPast& before, Duration covered) -> std::optional<HistogramSnapshot> {
                if (covered > length + length / 5) return std::nullopt;  // after a pause: no such window
                return detail::window_of(current, before, covered);
            });
        cold_->tables[i].publish(recent ? detail::WindowTable{*recent, now} : detail::WindowTable{});
    }
}

std::optional<std::uint64_t> Histogram::window_quantile(double q, Duration length,
                                                        TimePoint now) const noexcept {
    const auto& lengths = cold_->windows.lengths();
    const auto found = std::find(lengths.begin(), lengths.end(), length);
    if (found == lengths.end()) return std::nullopt;
    const auto table = cold_->tables[static_cast<std::size_t>(found - lengths.begin())].read();
    if (now - table->at() > length / 5) return std::nullopt;
    return table->quantile(q);
}

void Histogram::merge(const Histogram& other) noexcept {
    // Before the visit, which holds what claiming a region needs.
    const Place here{own_cells(), common_cells()};
    const auto add_all = [&](const HistogramCells& cells) {
        const HistogramExtremes theirs{cells.head};
        here.cells.head[HistogramCells::highest].raise_to(theirs.high);
        here.cells.head[HistogramCells::lowest].raise_to(~theirs.low);
        for (const auto head : {HistogramCells::sum, HistogramCells::clamped})
            here.add(here.cells.head[head], cells.head[head].load());
        detail::visit_buckets(cells, theirs, [&](std::size_t index, std::uint64_t n) {
            // Not beyond the extremes: there is nothing, and nobody looks.
            const std::uint64_t center =
                std::clamp(detail::log_linear_center(index, cells.precision_bits), theirs.low, theirs.high);
            here.add(here.cells.buckets[detail::log_linear_index(center, precision_bits_)], n);
        });
    };
    // The cells written to come first: with itself, they would else hold what the others just added.
    if (&other == this) add_all(here.cells);
    other.visit([&](const HistogramCells& cells) {
        if (cells.buckets != here.cells.buckets) add_all(cells);
    });
}

void Histogram::collect(Collector& out, TimePoint now) const {
    detail::collect_histogram(out, now, *this, {1, "", "_window"});
}

}  // namespace sonde
