// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace sonde::tool {
namespace {

void write_error(std::string_view text) {
    if (text.empty()) return;
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

void Console::start_progress() {
    if (::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) != 1)
        bar_.emplace(std::chrono::steady_clock::now());
}

void Console::progress(std::uint64_t bytes, std::uint64_t bytes_in_all, std::uint64_t rows) {
    if (bar_) write_error(bar_->update(bytes, bytes_in_all, rows, std::chrono::steady_clock::now()));
}

void Console::fit_progress(std::uint64_t done, std::uint64_t total) {
    if (bar_) write_error(bar_->update_fit(done, total, std::chrono::steady_clock::now()));
}

void Console::training_progress(const TrainingProgress& progress) {
    if (bar_) write_error(bar_->update_training(progress, std::chrono::steady_clock::now()));
}

void Console::message(std::string_view text) {
    if (bar_) write_error(bar_->erase());
    write_error(fmt::format("sonde: {}\n", text));
}

void Console::stop_progress() {
    if (bar_) write_error(bar_->erase());
    bar_.reset();
}

}  // namespace sonde::tool
