// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sonde::tool {

/// How far a run is.
struct Progress {
    std::uint64_t bytes = 0, bytes_in_all = 0, rows = 0;
    std::chrono::duration<double> elapsed{};
};

/// One line of at most 79 columns, without a line end:
/// `[=======>            ]  42 %  1.2 M rows  3.1 M rows/s  4 s left`
[[nodiscard]] std::string progress_line(const Progress& progress);

/// The same of a fit: `[=======>            ]  42 %  42 of 100 steps of the fit`
[[nodiscard]] std::string fit_line(std::uint64_t done, std::uint64_t total);

/// How far a training is.
struct TrainingProgress {
    std::uint64_t first =
        0;  ///< how many epochs had ended when it began: not 0 when it goes on from a checkpoint
    std::uint64_t epoch = 0, epochs = 0;  ///< how many have ended, of how many at most
    double training = 0, validation = 0;  ///< losses; the same where no rows are held out
    std::chrono::duration<double> elapsed{};
};

/// The same of a training, with what is left at the pace so far:
/// `[=====>      ]  epoch 21 of 50  loss 0.0123, held out 0.0131  12 s left`
[[nodiscard]] std::string training_line(const TrainingProgress& progress);

/// Says when the bar is drawn: not in the first half second, then ten times a second at most.
/// Knows no terminal and reads no clock. Threading: single-writer.
class ProgressBar {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit ProgressBar(TimePoint start) : start_{start}, due_{start + std::chrono::milliseconds{500}} {}

    /// What to send to the terminal now: the bar over the old one, or nothing.
    [[nodiscard]] std::string update(std::uint64_t bytes, std::uint64_t bytes_in_all, std::uint64_t rows,
                                     TimePoint now);
    [[nodiscard]] std::string update_fit(std::uint64_t done, std::uint64_t total, TimePoint now);
    /// \param progress  but for the time
    [[nodiscard]] std::string update_training(TrainingProgress progress, TimePoint now);
    /// What takes the bar away, before a message or at the end; nothing when none is drawn.
    [[nodiscard]] std::string erase();

private:
    [[nodiscard]] bool is_due(TimePoint now);

    TimePoint start_, due_;
    bool drawn_ = false;
};

}  // namespace sonde::tool
