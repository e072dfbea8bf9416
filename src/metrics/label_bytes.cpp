// SPDX-License-Identifier: Apache-2.0
#include "metrics/label_bytes.hpp"

#include <algorithm>

#include "sonde/core/error.hpp"

namespace sonde::detail {

void write_labels(ByteWriter& writer, const Labels& labels) {
    writer.u64(labels.size());
    for (const auto& [name, value] : labels) {
        writer.text(name);
        writer.text(value);
    }
}

Labels read_labels(ByteReader& reader, std::string_view where) {
    constexpr std::size_t smallest = 8 + 8;  // the lengths of two empty texts
    Labels labels(reader.length(smallest));
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

}  // namespace sonde::detail
