// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_format.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/utf8.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {
namespace {

// Longer than the longest shortest form, in fixed notation within [1e-5, 1e6) or scientific.
using Digits = std::array<char, 40>;

// By the bits, so that it holds in a build with -ffast-math too.
bool append_special(std::string& out, double value) {
    if (is_finite(value)) return false;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1;
    out += (bits & fraction) != 0 ? "NaN" : bits >> 63 != 0 ? "-Inf" : "+Inf";
    return true;
}

template <class... Form>
void append_chars(std::string& out, Form... value) {
    Digits digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value...).ptr;
    out.append(digits.data(), end);
}

// How many bytes at the start of `text` need no look: nearly always all of them.
std::size_t plain_length(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80 && text[i] != '\\' &&
           text[i] != '\n' && text[i] != '"')
        ++i;
    return i;
}

// One sample line up to its value. `bound` adds the label `le`.
void append_head(std::string& out, std::string_view name, std::string_view suffix, const Labels& labels,
                 const double* bound = nullptr) {
    out += name;
    out += suffix;
    char before = '{';
    for (const Label& label : labels) {
        out += before;
        out += label.name;
        out += "=\"";
        append_escaped(out, label.value, Quotes::escaped);
        out += '"';
        before = ',';
    }
    if (bound != nullptr) {
        out += before;
        out += "le=\"";
        append_bound(out, *bound);
        out += '"';
        before = ',';
    }
    if (before == ',') out += '}';
    out += ' ';
}

void append_histogram(std::string& out, std::string_view name, const Series& series, bool totals) {
    for (const CumulativeBucket& bucket : series.buckets) {
        append_head(out, name, "_bucket", series.labels, &bucket.upper);
        append_number(out, Number::of(bucket.count));
        out += '\n';
    }
    constexpr double infinite = std::numeric_limits<double>::infinity();
    append_head(out, name, "_bucket", series.labels, &infinite);
    append_number(out, Number::of(series.count));
    out += '\n';
    if (!totals) return;
    append_head(out, name, "_sum", series.labels);
    append_number(out, series.sum);
    out += '\n';
    append_head(out, name, "_count", series.labels);
    append_number(out, Number::of(series.count));
    out += '\n';
}

}  // namespace

void append_real(std::string& out, double value) {
    if (!append_special(out, value)) append_chars(out, value);
}

void append_number(std::string& out, const Number& value) {
    if (value.is_whole) {
        append_chars(out, value.whole);
    } else {
        append_real(out, value.real);
    }
}

void append_bound(std::string& out, double value) {
    if (append_special(out, value)) return;
    const double size = std::abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e6))
        return append_chars(out, value, std::chars_format::scientific);
    const std::size_t start = out.size();
    append_chars(out, value, std::chars_format::fixed);
    if (out.find('.', start) == std::string::npos) out += ".0";
}

void append_escaped(std::string& out, std::string_view text, Quotes quotes) {
    while (!text.empty()) {
        const std::size_t plain = plain_length(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        const Utf8Step step = utf8_step(text);
        const char c = text.front();
        if (!step.valid) {
            out += replacement;
        } else if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quotes == Quotes::escaped) {
            out += "\\\"";
        } else {
            out += text.substr(0, step.length);
        }
        text.remove_prefix(step.length);
    }
}

void append_comment(std::string& out, std::string_view keyword, std::string_view name,
                    std::string_view text) {
    out += "# ";
    out += keyword;
    out += ' ';
    out += name;
    out += ' ';
    out += text;
    out += '\n';
}

std::string_view kind_name(FamilyKind kind) noexcept {
    switch (kind) {
        case FamilyKind::counter:
            return "counter";
        case FamilyKind::gauge:
            return "gauge";
        case FamilyKind::histogram:
            return "histogram";
    }
    return "untyped";  // not reached: the enumeration is closed
}

void append_samples(std::string& out, std::string_view name, const Family& family, bool totals) {
    for (const Series& series : family.series) {
        if (family.kind == FamilyKind::histogram) {
            append_histogram(out, name, series, totals);
        } else {
            append_head(out, name, "", series.labels);
            append_number(out, series.value);
            out += '\n';
        }
    }
}

}  // namespace sonde::detail
