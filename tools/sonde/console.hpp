// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "progress.hpp"

namespace sonde::tool {

/// What the person at the terminal is told, on standard error: messages, and a bar while a long file runs.
/// A standard error that cannot be written is not an error. Threading: single-writer.
class Console {
public:
    /// Draws the bar from now on, if standard error is a terminal and standard output is not the same one.
    void start_progress();
    /// Moves the bar, when it is time.
    void progress(std::uint64_t bytes, std::uint64_t bytes_in_all, std::uint64_t rows);
    /// The same while a model is fitted.
    void fit_progress(std::uint64_t done, std::uint64_t total);
    /// The same while a network is trained.
    void training_progress(const TrainingProgress& progress);
    /// A line of its own, after `sonde: `; the bar makes room for it.
    void message(std::string_view text);
    /// Takes the bar away.
    void stop_progress();
    /// Between start and stop, where a bar can be seen.
    [[nodiscard]] bool in_progress() const noexcept { return bar_.has_value(); }

    Console() = default;
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    ~Console() { stop_progress(); }

private:
    std::optional<ProgressBar> bar_;
};

}  // namespace sonde::tool
