// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/negotiate.hpp"

#include "sonde/exporters/openmetrics.hpp"
#include "sonde/exporters/prometheus.hpp"

namespace sonde {
namespace {

constexpr std::string_view blank = " \t";

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// Takes what stands before the next `separator` outside double quotes off the front of `text`.
std::string_view take(std::string_view& text, char separator) noexcept {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (text[i] == separator && !quoted) {
            const std::string_view part = text.substr(0, i);
            text.remove_prefix(i + 1);
            return trim(part);
        }
    }
    const std::string_view part = text;
    text = {};
    return trim(part);
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

// RFC 9110, section 12.4.2: 0 to 1 with at most three decimals. In thousandths; -1 when it is none.
int quality(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
    if (text.size() > 1 && text[1] != '.') return -1;
    int thousandths = (text[0] - '0') * 1000;
    int place = 100;
    for (std::size_t i = 2; i < text.size(); ++i, place /= 10) {
        if (text[i] < '0' || text[i] > '9') return -1;
        thousandths += (text[i] - '0') * place;
    }
    return thousandths <= 1000 ? thousandths : -1;
}

struct Range {
    std::string_view type, version;
    int thousandths = 1000;
};

Range parse_range(std::string_view text) noexcept {
    Range range{take(text, ';'), {}};
    while (!text.empty()) {
        std::string_view value = take(text, ';');
        const std::string_view name = take(value, '=');
        value = trim(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        if (same(name, "q")) range.thousandths = quality(value);
        if (same(name, "version")) range.version = value;
    }
    return range;
}

// How much the request wants one form.
struct Wish {
    std::string_view type, any_subtype, version;
    int closeness = 0;  // 1: */*, 2: type/*, 3: type/subtype, 4: with the version
    int thousandths = 0;

    void consider(const Range& range) noexcept {
        const int near = closeness_of(range);
        if (near <= closeness || range.thousandths < 0) return;
        closeness = near;
        thousandths = range.thousandths;
    }

    int closeness_of(const Range& range) const noexcept {
        if (same(range.type, "*/*")) return 1;
        if (same(range.type, any_subtype)) return 2;
        if (!same(range.type, type)) return 0;
        if (range.version.empty()) return 3;
        return range.version == version ? 4 : 0;
    }
};

}  // namespace

TextFormat negotiate(std::string_view accept) noexcept {
    Wish text{"text/plain", "text/*", "0.0.4"};
    Wish open{"application/openmetrics-text", "application/*", "1.0.0"};
    while (!accept.empty()) {
        const Range range = parse_range(take(accept, ','));
        text.consider(range);
        open.consider(range);
    }
    const bool more = open.thousandths > text.thousandths;
    const bool closer = open.thousandths == text.thousandths && open.closeness > text.closeness;
    return open.thousandths > 0 && (more || closer) ? TextFormat::openmetrics : TextFormat::prometheus;
}

std::string_view content_type(TextFormat format) noexcept {
    return format == TextFormat::openmetrics ? openmetrics_content_type : prometheus_content_type;
}

void append_text(std::string& out, const Families& families, TextFormat format) {
    if (format == TextFormat::openmetrics) {
        append_openmetrics_text(out, families);
    } else {
        append_prometheus_text(out, families);
    }
}

}  // namespace sonde
