// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace demo {
namespace {

using namespace std::chrono_literals;

// A value in a fixed width; a dash when it is unknown.
std::string cell(std::optional<double> value, int width, int digits) {
    return value ? fmt::format("{:>{}.{}f}", *value, width, digits) : fmt::format("{:>{}}", "-", width);
}

std::optional<double> milliseconds(std::optional<sonde::Duration> duration) {
    if (!duration) return std::nullopt;
    return 1e3 * sonde::seconds(*duration);
}

// Of the last ten seconds.
std::string figures(const Telemetry& telemetry, sonde::TimePoint now) {
    const auto requests = telemetry.requests.window(10s, now);
    const auto latency = telemetry.latency.window(10s, now);
    const auto quality = telemetry.quality.window(10s, now);
    std::optional<double> rate, errors, p50, p99, accuracy;
    if (requests) {
        rate = static_cast<double>(requests->total) / sonde::seconds(*requests->covered);
        errors = 100 * static_cast<double>(requests->failed) / static_cast<double>(requests->total);
    }
    if (latency) {
        p50 = milliseconds(latency->p50());
        p99 = milliseconds(latency->p99());
    }
    if (quality) accuracy = 100 * quality->accuracy();
    return fmt::format("{:>6} req {}/s  p50 {} p99 {} ms  err {} %  acc {} %",
                       telemetry.requests.snapshot().total, cell(rate, 4, 0), cell(p50, 5, 2),
                       cell(p99, 5, 2), cell(errors, 4, 1), cell(accuracy, 5, 1));
}

// Of the terminal; a longer line would wrap and could not be redrawn.
std::size_t width() {
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80U;
}

// The latest verdicts, in units of their thresholds.
std::string verdicts(const Monitor& monitor) {
    std::string text;
    for (const Watch& watch : monitor.watches()) {
        const bool learning = watch.verdict().score.status == sonde::Status::warming_up;
        text += fmt::format("  {} {}{}", watch.name(),
                            learning ? "learning" : fmt::format("{:.1f}", watch.verdict().level()),
                            watch.alarm() ? " ALARM" : "");
    }
    return text;
}

}  // namespace

Screen::Screen(sonde::TimePoint begin) : terminal_{isatty(STDOUT_FILENO) == 1}, begin_{begin}, next_{begin} {}

void Screen::status(const Telemetry& telemetry, const Monitor& monitor, sonde::TimePoint now) {
    if (!terminal_ && now < next_) return;
    next_ = now + 5s;
    const std::string first =
        fmt::format("{:>6.1f} s {}", sonde::seconds(now - begin_), figures(telemetry, now));
    const std::string second = verdicts(monitor);
    if (terminal_)  // leaves the cursor where it was: at the start of the first line
        fmt::print("\x1b[K{}\n\x1b[K{}\r\x1b[A", first.substr(0, width() - 1), second.substr(0, width() - 1));
    else
        fmt::print("{} |{}\n", first, second);
    std::fflush(stdout);
}

void Screen::line(std::string_view text) {
    fmt::print("{}{}\n", terminal_ ? "\x1b[J" : "", text);
    std::fflush(stdout);
}

}  // namespace demo
