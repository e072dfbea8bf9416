// SPDX-License-Identifier: Apache-2.0
#include "merge_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "number.hpp"

namespace sonde::tool {
namespace {

using Row = std::vector<std::string>;

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

/// Quotes as Prometheus has them; control characters could command a terminal.
std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f)
            out += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", byte);
        else if (c == '"' || c == '\\')
            out += {'\\', c};
        else
            out += c;
    }
    return out + '"';
}

/// A name may come from anywhere, too.
std::string shown_name(std::string_view name) {
    const auto text = quoted(name);
    return text.size() == name.size() + 2 ? std::string{name} : text;
}

std::string metric_of(const Recording& item) {
    std::vector<std::string> labels;
    for (const auto& [name, value] : item.labels)
        labels.push_back(fmt::format("{}={}", shown_name(name), quoted(value)));
    return labels.empty() ? shown_name(item.name)
                          : fmt::format("{}{{{}}}", shown_name(item.name), fmt::join(labels, ","));
}

std::string count_of(const Recording& item) {
    if (item.kind == RecordingKind::up_down_counter)
        return std::to_string(static_cast<std::int64_t>(item.count));
    return std::to_string(is_count(item.kind) ? item.count : item.histogram.count);
}

std::string with_unit(double ns) {
    if (ns < 1e3) return fmt::format("{:.4g} ns", ns);
    if (ns < 1e6) return fmt::format("{:.4g} us", ns / 1e3);
    if (ns < 1e9) return fmt::format("{:.4g} ms", ns / 1e6);
    return ns < 1e13 ? fmt::format("{:.4g} s", ns / 1e9) : fmt::format("{:.0f} s", ns / 1e9);
}

std::string readable(const Recording& item, std::uint64_t value) {
    return item.kind == RecordingKind::latency ? with_unit(static_cast<double>(value))
                                               : std::to_string(value);
}

std::string readable_sum(const Recording& item) {
    if (item.histogram.sum < largest) return readable(item, item.histogram.sum);
    const double total = item.histogram.total;
    return item.kind == RecordingKind::latency ? with_unit(total) : fmt::format("{:.4g}", total);
}

/// 2^-precision_bits in percent, rounded up.
std::string_view error_of(unsigned precision_bits) {
    static constexpr std::array<std::string_view, 8> bounds{"13 %",   "6.3 %", "3.2 %", "1.6 %",
                                                            "0.79 %", "0.4 %", "0.2 %", "0.098 %"};
    return bounds.at(precision_bits - 3);
}

Row header(std::span<const Percentile> percentiles, const char* last) {
    Row row{"metric", "kind", "count", "sum", "min"};
    for (const auto& percentile : percentiles) row.push_back(percentile.name);
    row.insert(row.end(), {"max", last});
    return row;
}

/// The row of a histogram or latency, its numbers written by `text`; empty fields for what is unknown.
template <class Text>
Row row_of(const Recording& item, std::span<const Percentile> percentiles, std::string metric, Text text) {
    Row row{std::move(metric), std::string{name_of(item.kind)}, count_of(item)};
    const auto& seen = item.histogram;
    if (!is_count(item.kind) && seen.count > 0) {
        row.push_back(text.sum(item));
        row.push_back(text.value(item, seen.min));
        for (const auto& percentile : percentiles)
            row.push_back(text.value(item, seen.quantile(percentile.q).value_or(0)));
        row.push_back(text.value(item, seen.max));
    }
    row.resize(percentiles.size() + 6);
    row.push_back(is_count(item.kind) ? std::string{} : text.error(item));
    return row;
}

struct ForPeople {
    static std::string value(const Recording& item, std::uint64_t value) { return readable(item, value); }
    static std::string sum(const Recording& item) { return readable_sum(item); }
    static std::string error(const Recording& item) {
        return std::string{error_of(item.histogram.precision_bits)};
    }
};

struct ForPrograms {
    static std::string value(const Recording&, std::uint64_t value) { return std::to_string(value); }
    static std::string sum(const Recording& item) { return std::to_string(item.histogram.sum); }
    static std::string error(const Recording& item) { return std::to_string(item.histogram.precision_bits); }
};

/// In characters: labels are UTF-8, whose further bytes of a character begin with the bits 10.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

/// Two columns of words to the left, numbers to the right.
std::string aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(widths[i] - width_of(row[i]), ' ');
            line += (i < 2 ? row[i] + gap : gap + row[i]) + "  ";
        }
        text += line.erase(line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

}  // namespace

std::optional<std::vector<Percentile>> parse_percentiles(std::string_view list) {
    std::vector<Percentile> result;
    for (bool more = true; more;) {
        const auto comma = list.find(',');
        const std::string text{trimmed(list.substr(0, comma))};
        // The shift is part of the text: 99.9 / 100 is not the double that is nearest to 0.999.
        const auto number = parse_number(text + "e-2");
        if (text.find_first_not_of("0123456789.") != text.npos || number.fault != NumberFault::none ||
            number.value > 1)
            return std::nullopt;
        result.push_back({"p" + text, number.value});
        more = comma != list.npos;
        if (more) list.remove_prefix(comma + 1);
    }
    return result;
}

std::string table_of(const Recordings& recordings, std::span<const Percentile> percentiles) {
    std::vector<Row> rows{header(percentiles, "error")};
    for (const auto& item : recordings.items) {
        auto metric = metric_of(item);
        if (metric.empty()) metric = "(unnamed)";
        rows.push_back(row_of(item, percentiles, std::move(metric), ForPeople{}));
    }
    return aligned(rows);
}

void write_csv(const Recordings& recordings, std::span<const Percentile> percentiles, CsvWriter& writer) {
    const auto write = [&](const Row& row) {
        for (const auto& field : row) writer.field(std::string_view{field});
        writer.end_row();
    };
    write(header(percentiles, "precision_bits"));
    for (const auto& item : recordings.items)
        write(row_of(item, percentiles, metric_of(item), ForPrograms{}));
    writer.flush();
}

}  // namespace sonde::tool
