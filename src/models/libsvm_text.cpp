// SPDX-License-Identifier: Apache-2.0
#include "models/libsvm_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde::detail {

namespace {

constexpr double largest_value = 3.4e38, largest_coefficient = 1e100;
constexpr std::size_t free_values = 4096, values_per_byte = 16;  // zeros that a text may leave out
constexpr std::size_t told_values = std::size_t{1} << 24;        // where the caller told the dimension: 64 MB

/// The lines up to `SV`, and what they said.
class Header {
public:
    Header(LibsvmLines& lines, LibsvmType type, LibsvmText& to) : lines_{lines}, type_{type}, to_{to} {}

    /// \returns the number of support vectors
    std::size_t read() {
        for (;;) {
            lines_.next();
            const std::string_view key = lines_.word();
            if (key == "SV") break;
            take(key);
            lines_.end(key);
        }
        lines_.end("SV");
        check_complete();
        return vectors_;
    }

private:
    void take(std::string_view key) {
        if (key == "svm_type") {
            if (lines_.word() != (type_ == LibsvmType::svc ? "c_svc" : "one_class"))
                lines_.refuse(type_ == LibsvmType::svc ? "svm_type is not c_svc"
                                                       : "svm_type is not one_class");
            has_type_ = true;
        } else if (key == "kernel_type") {
            take_kernel();
        } else if (key == "gamma") {
            to_.gamma = lines_.number(key, 1e100);
            if (to_.gamma < 1e-100) lines_.refuse("gamma is not in [1e-100, 1e100]");
        } else if (key == "nr_class") {
            static_cast<void>(lines_.whole(key, 2, 2));
        } else if (key == "total_sv") {
            // A line takes three bytes at least.
            vectors_ = static_cast<std::size_t>(
                lines_.whole(key, 1, static_cast<std::int64_t>(std::max<std::size_t>(lines_.left() / 3, 1))));
        } else if (key == "rho") {
            to_.rho = lines_.number(key, 1e150);
            has_rho_ = true;
        } else {
            take_of_classes(key);
        }
    }

    void take_kernel() {
        const std::string_view name = lines_.word();
        if (name != "rbf" && name != "linear") lines_.refuse("kernel_type is neither rbf nor linear");
        to_.kernel = name == "rbf" ? SvmKernel::rbf : SvmKernel::linear;
        has_kernel_ = true;
    }

    void take_of_classes(std::string_view key) {
        if (key == "label" && type_ == LibsvmType::svc) {
            constexpr std::int64_t most = 2147483647;
            to_.labels.clear();
            for (int i = 0; i < 2; ++i) to_.labels.push_back(lines_.whole(key, -most, most));
            if (to_.labels[0] == to_.labels[1]) lines_.refuse("two classes of the same label");
        } else if (key == "nr_sv" && type_ == LibsvmType::svc) {
            for (int i = 0; i < 2; ++i) static_cast<void>(lines_.whole(key, 0, std::int64_t{1} << 31));
        } else if (key == "probA" && type_ == LibsvmType::svc) {
            to_.slope = lines_.number(key, 1e100);
            has_slope_ = true;
        } else if (key == "probB" && type_ == LibsvmType::svc) {
            to_.offset = lines_.number(key, 1e100);
            to_.has_probability = true;
        } else if (key == "prob_density_marks" && type_ == LibsvmType::one_class) {
            for (int i = 0; i < 10; ++i) static_cast<void>(lines_.number(key, 1e300));  // of no use here
        } else {
            lines_.refuse("an unknown or misplaced word in front of the support vectors");
        }
    }

    void check_complete() const {
        if (!has_type_) lines_.refuse("no svm_type in front of SV");
        if (!has_kernel_) lines_.refuse("no kernel_type in front of SV");
        if (vectors_ == 0) lines_.refuse("no total_sv in front of SV");
        if (!has_rho_) lines_.refuse("no rho in front of SV");
        if (to_.kernel == SvmKernel::rbf && to_.gamma <= 0) lines_.refuse("no gamma in front of SV");
        if (type_ == LibsvmType::svc && to_.labels.empty()) lines_.refuse("no label in front of SV");
        if (has_slope_ != to_.has_probability) lines_.refuse("only one of probA and probB");
    }

    LibsvmLines& lines_;
    LibsvmType type_;
    LibsvmText& to_;
    std::size_t vectors_ = 0;
    bool has_type_ = false, has_kernel_ = false, has_rho_ = false, has_slope_ = false;
};

/// One number of a support vector that is not left out.
struct Entry {
    std::uint32_t vector, feature;
    float value;
};

void read_vectors(LibsvmLines& lines, std::size_t count, LibsvmText& to, std::vector<Entry>& entries) {
    for (std::size_t i = 0; i < count; ++i) {
        lines.next();
        to.coefficients.push_back(lines.number("coefficient", largest_coefficient));
        std::int64_t last = 0;
        while (!lines.line_done()) {
            last = lines.index(last + 1, SvmExpansion::max_dimension);
            const auto value = static_cast<float>(lines.number("value", largest_value));
            entries.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(last - 1), value});
        }
    }
    if (!lines.at_end()) lines.refuse("more lines than total_sv says");
}

}  // namespace

void LibsvmLines::refuse(std::string_view what) const {
    fail_format(where_, std::string{"line "}.append(std::to_string(number_)).append(": ").append(what));
}

void LibsvmLines::next() {
    ++number_;
    const std::size_t size = text_.find('\n');
    if (size == std::string_view::npos) refuse("the text ends here");
    line_ = text_.substr(0, size);
    text_.remove_prefix(size + 1);
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
}

std::string_view LibsvmLines::word() noexcept {
    const std::string_view word = line_.substr(0, line_.find(' '));
    line_.remove_prefix(word.size());
    line_.remove_prefix(std::min(line_.find_first_not_of(' '), line_.size()));
    return word;
}

double LibsvmLines::number(std::string_view what, double most) {
    const std::string_view text = word();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !is_finite(value) ||
        std::fabs(value) > most)
        refuse(std::string{what}.append(" is no number, or too large a one"));
    return value;
}

std::int64_t LibsvmLines::whole(std::string_view what, std::int64_t least, std::int64_t most) {
    const std::string_view text = word();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        refuse(std::string{what}.append(" is no whole number in its range"));
    return value;
}

std::int64_t LibsvmLines::index(std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), value);
    const auto size = static_cast<std::size_t>(end - line_.data());
    if (error != std::errc{} || size >= line_.size() || line_[size] != ':' || value < least || value > most)
        refuse("a feature is not a number that rises along the line and a colon");
    line_.remove_prefix(size + 1);
    return value;
}

void LibsvmLines::end(std::string_view what) {
    if (!line_.empty()) refuse(std::string{"more than "}.append(what).append(" takes"));
}

LibsvmText parse_libsvm(std::string_view where, std::string_view text, LibsvmType type,
                        std::size_t dimension) {
    if (dimension > SvmExpansion::max_dimension)
        fail(where, "dimension", static_cast<double>(dimension), "at most 1048576");
    LibsvmText parsed;
    LibsvmLines lines{where, text};
    const std::size_t count = Header{lines, type, parsed}.read();
    if (dimension * count > told_values + values_per_byte * text.size())
        lines.refuse("so many support vectors of this dimension would take far more memory than the text");
    std::vector<Entry> entries;
    read_vectors(lines, count, parsed, entries);
    std::size_t highest = 1;
    for (const Entry& entry : entries) highest = std::max<std::size_t>(highest, entry.feature + 1);
    if (dimension > 0 && highest > dimension)
        fail_format(where, "feature " + std::to_string(highest) + " is beyond the dimension");
    parsed.dimension = dimension > 0 ? dimension : highest;
    if (dimension == 0 && parsed.dimension * count > free_values + values_per_byte * text.size())
        fail_format(where, "so many zeros are left out that the dimension has to be told");
    parsed.vectors.resize(count * parsed.dimension);
    for (const Entry& entry : entries)
        parsed.vectors[entry.vector * parsed.dimension + entry.feature] = entry.value;
    return parsed;
}

}  // namespace sonde::detail
