// SPDX-License-Identifier: Apache-2.0
#include "metrics/shared_metric.hpp"

#include <algorithm>

#include "metrics/label_bytes.hpp"
#include "metrics/snapshot_values.hpp"
#include "recording/pool.hpp"
#include "sonde/core/error.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/histogram.hpp"
#include "sonde/metrics/latency.hpp"
#include "sonde/metrics/throughput.hpp"
#include "sonde/metrics/up_down_counter.hpp"

namespace sonde::detail {

/// What metrics show to nobody else.
struct MetricCells {
    static const ThreadCells& of(const Counter& metric) { return metric.total_; }
    static const ThreadCells& of(const Throughput& metric) { return metric.total_; }
    static const ThreadCells& of(const UpDownCounter& metric) { return metric.sum_; }
    static const ThreadCells& head(const Histogram& metric) { return metric.head_; }
    static const ThreadCells& buckets(const Histogram& metric) { return metric.buckets_; }
    static const Histogram& nanoseconds(const Latency& metric) { return metric.nanoseconds_; }
};

namespace {

constexpr std::string_view where = "SharedMetric";

/// Behind its length: `to_bytes` says how long a whole file is, not where the next one begins.
void append(const SharedMetric& metric) {
    const std::vector<std::byte> sealed = to_bytes(metric);
    ByteWriter entry;
    entry.text({reinterpret_cast<const char*>(sealed.data()), sealed.size()});
    Pool& pool = Pool::instance();
    if (metric.is_histogram())
        pool.announce(entry.bytes(), {metric.cells, metric.buckets});
    else
        pool.announce(entry.bytes(), {metric.cells});
}

void share_count(const ThreadCells& cells, const std::string& name, const Labels& labels,
                 RecordingKind kind) {
    if (cells.slot().offset != 0) append({name, labels, kind, cells.slot().offset, 0, 0});
}

void share_histogram(const Histogram& metric, const std::string& name, const Labels& labels,
                     RecordingKind kind) {
    const CellSlot head = MetricCells::head(metric).slot(), buckets = MetricCells::buckets(metric).slot();
    if (head.offset == 0 || buckets.offset == 0) return;
    append({name, labels, kind, head.offset, buckets.offset, metric.options().precision_bits});
}

bool is_cells(std::uint64_t offset, std::uint64_t count, std::uint64_t reach) {
    return offset >= Slots::head && offset % sizeof(Cell) == 0 && offset < reach &&
           count <= (reach - offset) / sizeof(Cell);
}

bool lies_within(const SharedMetric& metric, std::uint64_t reach) {
    if (!metric.is_histogram()) return is_cells(metric.cells, 1, reach);
    return is_cells(metric.cells, HistogramCells::head_size, reach) &&
           is_cells(metric.buckets, log_linear_size(largest_recordable, metric.precision_bits), reach);
}

}  // namespace

void SharedMetric::write(ByteWriter& writer) const {
    writer.text(name);
    write_labels(writer, labels);
    writer.u8(static_cast<std::uint8_t>(kind));
    writer.u64(cells);
    if (!is_histogram()) return;
    writer.u64(buckets);
    writer.u8(static_cast<std::uint8_t>(precision_bits));
}

SharedMetric SharedMetric::read(ByteReader& reader, std::uint16_t) {
    SharedMetric result;
    result.name = reader.text();
    result.labels = read_labels(reader, where);
    result.kind =
        static_cast<RecordingKind>(reader.choice(static_cast<std::uint8_t>(RecordingKind::latency)));
    result.cells = reader.u64();
    if (!result.is_histogram()) return result;
    result.buckets = reader.u64();
    result.precision_bits = reader.u8();
    if (result.precision_bits < min_precision || result.precision_bits > max_precision)
        fail_format(where, "a precision out of range");
    return result;
}

SharedDirectory SharedDirectory::read(std::span<const std::byte> log, std::uint64_t reach) {
    SharedDirectory result;
    ByteReader reader{log};
    try {
        while (reader.left() >= sizeof(std::uint64_t)) {
            const std::string_view sealed = reader.text();
            if (sealed.empty()) break;
            auto metric = from_bytes<SharedMetric>(std::as_bytes(std::span{sealed}));
            if (!lies_within(metric, reach)) fail_format(where, "cells beyond the region");
            result.metrics.push_back(std::move(metric));
        }
    } catch (const FormatError&) {
        result.damaged = true;  // where the next one begins is not known
    }
    return result;
}

void share(const Counter& metric, const std::string& name, const Labels& labels) {
    share_count(MetricCells::of(metric), name, labels, RecordingKind::counter);
}
void share(const Throughput& metric, const std::string& name, const Labels& labels) {
    share_count(MetricCells::of(metric), name, labels, RecordingKind::counter);
}
void share(const UpDownCounter& metric, const std::string& name, const Labels& labels) {
    share_count(MetricCells::of(metric), name, labels, RecordingKind::up_down_counter);
}
void share(const Histogram& metric, const std::string& name, const Labels& labels) {
    share_histogram(metric, name, labels, RecordingKind::histogram);
}
void share(const Latency& metric, const std::string& name, const Labels& labels) {
    share_histogram(MetricCells::nanoseconds(metric), name, labels, RecordingKind::latency);
}

}  // namespace sonde::detail
