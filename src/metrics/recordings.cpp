// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/recordings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/recording_order.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "Recordings";
constexpr std::array<std::string_view, 4> kind_words{"counter", "level", "histogram", "latency"};

std::string_view word_of(RecordingKind kind) { return kind_words.at(static_cast<std::size_t>(kind)); }

bool is_number(RecordingKind kind) noexcept {
    return kind == RecordingKind::counter || kind == RecordingKind::level;
}

Recording sum_of(Recording mine, const Recording& theirs) {
    if (mine.kind != theirs.kind)
        fail(where, "kind of " + mine.name, word_of(theirs.kind),
             "a " + std::string{word_of(mine.kind)} + ", as before");
    mine.count += theirs.count;
    if (!is_number(mine.kind)) mine.histogram.merge(theirs.histogram);
    return mine;
}

Labels read_labels(ByteReader& reader) {
    Labels labels(reader.length(16));
    for (Label& label : labels) {
        label.name = reader.text();
        label.value = reader.text();
    }
    const auto unordered =
        std::adjacent_find(labels.begin(), labels.end(),
                           [](const Label& a, const Label& b) { return a.name.compare(b.name) >= 0; });
    if (unordered != labels.end()) fail_format(where, "labels out of order");
    return labels;
}

Recording read_recording(ByteReader& reader) {
    Recording result;
    result.name = reader.text();
    result.labels = read_labels(reader);
    result.kind =
        static_cast<RecordingKind>(reader.choice(static_cast<std::uint8_t>(RecordingKind::latency)));
    if (is_number(result.kind))
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
        writer.u64(item.labels.size());
        for (const auto& [name, value] : item.labels) {
            writer.text(name);
            writer.text(value);
        }
        writer.u8(static_cast<std::uint8_t>(item.kind));
        if (is_number(item.kind))
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
