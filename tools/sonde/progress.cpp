// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sonde::tool {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

std::string magnitude(double count) {
    if (count >= 1e9) return fmt::format("{:.1f} G", count / 1e9);
    if (count >= 1e6) return fmt::format("{:.1f} M", count / 1e6);
    if (count >= 1e4) return fmt::format("{:.0f} k", count / 1e3);
    return fmt::format("{:.0f}", count);
}

std::string duration_text(double seconds) {
    if (seconds >= 5400) return fmt::format("{:.0f} h", seconds / 3600);
    if (seconds >= 90) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.0f} s", std::max(1.0, seconds));
}

double share_of(std::uint64_t done, std::uint64_t total) {
    return total == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

std::string bar_of(double share, std::size_t width) {
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
    std::string bar(filled, '=');
    if (filled < width) bar += '>';
    bar.resize(width, ' ');
    return fmt::format("[{}]", bar);
}

std::string bar_of(double share) { return fmt::format("{} {:3.0f} %", bar_of(share, 20), 100 * share); }

}  // namespace

std::string progress_line(const Progress& progress) {
    const double share = share_of(progress.bytes, progress.bytes_in_all);
    const auto rows = static_cast<double>(progress.rows);
    const double seconds = progress.elapsed.count();
    std::string line = fmt::format("{}  {} rows", bar_of(share), magnitude(rows));
    if (seconds <= 0 || share <= 0) return line;
    return line + fmt::format("  {} rows/s  {} left", magnitude(rows / seconds),
                              duration_text(seconds * (1 - share) / share));
}

std::string fit_line(std::uint64_t done, std::uint64_t total) {
    return fmt::format("{}  {} of {} steps of the fit", bar_of(share_of(done, total)),
                       magnitude(static_cast<double>(done)), magnitude(static_cast<double>(total)));
}

std::string training_line(const TrainingProgress& progress) {
    std::string line =
        fmt::format("{}  epoch {} of {}  loss {:.3g}", bar_of(share_of(progress.epoch, progress.epochs), 12),
                    progress.epoch, progress.epochs, progress.training);
    if (progress.validation != progress.training)
        line += fmt::format(", held out {:.3g}", progress.validation);
    if (progress.epoch > progress.first && progress.epoch < progress.epochs) {
        const auto here = static_cast<double>(progress.epoch - progress.first);
        const auto left = static_cast<double>(progress.epochs - progress.epoch);
        line += fmt::format("  {} left", duration_text(progress.elapsed.count() * left / here));
    }
    return line.substr(0, 79);
}

bool ProgressBar::is_due(TimePoint now) {
    if (now < due_) return false;
    due_ = now + std::chrono::milliseconds{100};
    drawn_ = true;
    return true;
}

std::string ProgressBar::update(std::uint64_t bytes, std::uint64_t bytes_in_all, std::uint64_t rows,
                                TimePoint now) {
    if (!is_due(now)) return {};
    return std::string{erase_line} + progress_line({bytes, bytes_in_all, rows, now - start_});
}

std::string ProgressBar::update_fit(std::uint64_t done, std::uint64_t total, TimePoint now) {
    return is_due(now) ? std::string{erase_line} + fit_line(done, total) : std::string{};
}

std::string ProgressBar::update_training(TrainingProgress progress, TimePoint now) {
    if (!is_due(now)) return {};
    progress.elapsed = now - start_;
    return std::string{erase_line} + training_line(progress);
}

std::string ProgressBar::erase() {
    if (!drawn_) return {};
    drawn_ = false;
    return std::string{erase_line};
}

}  // namespace sonde::tool
