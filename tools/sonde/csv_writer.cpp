// SPDX-License-Identifier: Apache-2.0
#include "csv_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "errors.hpp"

namespace sonde::tool {
namespace {

constexpr std::size_t block = std::size_t{1} << 16U;

template <class Number>
void append_number(std::string& text, Number number) {
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

void OutputFile::write(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor_, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EPIPE) {
            throw OutputClosed{};
        } else if (errno != EINTR) {
            const int error = errno;
            throw RunError{fmt::format("cannot write {}: {}", name_, std::strerror(error))};
        }
    }
}

CsvWriter::CsvWriter(ByteSink& sink) : sink_{sink} { text_.reserve(block + 4096); }

void CsvWriter::separate() {
    if (!at_row_start_) text_ += ',';
    at_row_start_ = false;
}

void CsvWriter::field(std::string_view text) {
    separate();
    if (text.find_first_of(",\"\r\n") == text.npos) {
        text_ += text;
        return;
    }
    text_ += '"';
    for (const char c : text) {
        if (c == '"') text_ += '"';
        text_ += c;
    }
    text_ += '"';
}

void CsvWriter::field(std::uint64_t number) {
    separate();
    append_number(text_, number);
}

void CsvWriter::field(double number) {
    separate();
    append_number(text_, number);
}

void CsvWriter::end_row() {
    text_ += '\n';
    at_row_start_ = true;
    if (text_.size() >= block) flush();
}

void CsvWriter::flush() {
    if (text_.empty()) return;
    sink_.write(text_);
    text_.clear();
}

}  // namespace sonde::tool
