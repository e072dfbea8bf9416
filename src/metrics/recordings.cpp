// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/recordings.hpp"

#include <algorithm>
#include <utility>

#include "metrics/label_bytes.hpp"
#include "metrics/recording_order.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

std::string_view name_of(RecordingKind kind) noexcept {
    switch (kind) {
        case RecordingKind::counter:
            return "counter";
        case RecordingKind::up_down_counter:
            return "up_down_counter";
        case RecordingKind::histogram:
            return "histogram";
        case RecordingKind::latency:
            return "latency";
    }
    return "unknown";
}

namespace {

constexpr std::string_view where = "Recordings";

Recording sum_of(Recording mine, const Recording& theirs) {
    if (mine.kind != theirs.kind)
        fail(where, "kind of " + mine.name, name_of(theirs.kind),
             "a " + std::string{name_of(mine.kind)} + ", as before");
    mine.count += theirs.count;
    if (!is_count(mine.kind)) mine.histogram.merge(theirs.histogram);
    return mine;
}

Recording read_recording(ByteReader& reader) {
    Recording result;
    result.name = reader.text();
    result.labels = detail::read_labels(reader, where);
    result.kind =
        static_cast<RecordingKind>(reader.choice(static_cast<std::uint8_t>(RecordingKind::latency)));
    if (is_count(result.kind))
        result.count = reader.u64();
    else
        result.histogram = read_object<HistogramSnapshot>(reader);
    return result;
}

}  // namespace

void Recordings::merge(const Recordings& other) {
    std::vector<Recording> both;
    both.reserve(items.size() + other.items.size());
    auto mine = items.cbegin();
    for (const Recording& theirs : other.items) {
        while (mine != items.cend() && detail::comes_before(*mine, theirs)) both.push_back(*mine++);
        if (mine != items.cend() && !detail::comes_before(theirs, *mine))
            both.push_back(sum_of(*mine++, theirs));
        else
            both.push_back(theirs);
    }
    both.insert(both.end(), mine, items.cend());
    items = std::move(both);
}

const Recording* Recordings::find(std::string_view name, const Labels& labels) const noexcept {
    const auto found = std::find_if(items.begin(), items.end(), [&](const Recording& item) {
        return item.name == name && item.labels.size() == labels.size() &&
               std::is_permutation(item.labels.begin(), item.labels.end(), labels.begin());
    });
    return found == items.end() ? nullptr : &*found;
}

void Recordings::write(ByteWriter& writer) const {
    writer.u64(items.size());
    for (const Recording& item : items) {
        writer.text(item.name);
        detail::write_labels(writer, item.labels);
        writer.u8(static_cast<std::uint8_t>(item.kind));
        if (is_count(item.kind))
            writer.u64(item.count);
        else
            write_object(writer, item.histogram);
    }
}

Recordings Recordings::read(ByteReader& reader, std::uint16_t) {
    constexpr std::size_t smallest = 8 + 8 + 1 + 8;  // name, labels, kind, count
    Recordings result;
    for (std::size_t left = reader.length(smallest); left > 0; --left) {
        Recording item = read_recording(reader);
        if (!result.items.empty() && !detail::comes_before(result.items.back(), item))
            fail_format(where, "names out of order, or there twice");
        result.items.push_back(std::move(item));
    }
    return result;
}

}  // namespace sonde
