// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_training.hpp"

#include <algorithm>
#include <utility>

#include "models/neural/adam.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/recurrent_gradients.hpp"
#include "models/neural/recurrent_numbers.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::CarriedStates;
using detail::Matrix;

/// How a sequence is cut: `segments` side by side, each of `windows` windows.
struct Cut {
    std::size_t window, segments, windows;

    Cut(std::size_t rows, std::size_t wanted, std::size_t batch_rows)
        : window{std::min(wanted, rows)},
          segments{std::clamp<std::size_t>(batch_rows / window, 1, rows / window)},
          windows{rows / (window * segments)} {}

    [[nodiscard]] std::size_t rows() const noexcept { return window * segments * windows; }
};

/// The training as it goes on.
class RecurrentTrainer {
public:
    RecurrentTrainer(const RecurrentNetwork& start, MatrixView inputs, MatrixView targets,
                     std::size_t validation, std::size_t window, const TrainingOptions& options)
        : start_{start},
          inputs_{inputs},
          targets_{targets},
          options_{options},
          rows_{inputs.rows() - validation},
          cut_{rows_, window, options.batch_rows},
          rng_{options.seed},
          numbers_{detail::numbers_of<float>(start)},
          best_{numbers_},
          gradients_{start},
          adam_{numbers_} {}

    TrainedRecurrent run() {
        detail::EpochState state{.rate = options_.learning_rate};
        const auto epoch = [this](std::size_t number, double rate) {
            EpochLosses losses{train_epoch(number, rate), 0, rate};
            losses.validation = rows_ < inputs_.rows() ? validation_loss() : losses.training;
            detail::check_loss(losses.validation, number);
            detail::check_numbers(numbers_, number);
            return losses;
        };
        const auto keep_best = [this] { best_ = numbers_; };
        detail::run_epochs(options_, state, epoch, keep_best);
        return {detail::with_numbers(start_, best_), std::move(state.history)};
    }

private:
    double train_epoch(std::size_t epoch, double rate) {
        const auto offset = static_cast<std::size_t>(rng_.below(rows_ - cut_.rows() + 1));
        const std::size_t between = cut_.window * cut_.windows;
        CarriedStates<float> states{start_, cut_.segments};
        double sum = 0;
        for (std::size_t i = 0; i < cut_.windows; ++i) {
            const std::size_t first = offset + i * cut_.window;
            gather(inputs_, first, between, batch_);
            gather(targets_, first, between, wanted_);
            if (options_.noise > 0)
                for (float& x : batch_.values) x += static_cast<float>(options_.noise * rng_.normal());
            gradients_.forward(numbers_, batch_, states, &rng_);
            const double loss = gradients_.loss(options_.loss, wanted_);
            detail::check_loss(loss, epoch);
            sum += loss / static_cast<double>(cut_.windows);
            adam_.step(numbers_, gradients_.backward(numbers_, options_.loss, wanted_), options_, rate);
        }
        return sum;
    }

    /// A window of all segments, the rows of a step side by side. \param between  rows from segment to segment
    void gather(MatrixView from, std::size_t first, std::size_t between, Matrix<float>& to) const {
        to.resize(cut_.window * cut_.segments, from.cols());
        for (std::size_t step = 0; step < cut_.window; ++step)
            for (std::size_t segment = 0; segment < cut_.segments; ++segment)
                std::copy_n(from.row(first + segment * between + step).data(), from.cols(),
                            to.row(step * cut_.segments + segment));
    }

    double validation_loss() {
        CarriedStates<float> states{start_, 1};
        run_on(rows_ - cut_.window, rows_, states);
        double sum = 0;
        for (std::size_t first = rows_; first < inputs_.rows(); first += cut_.window) {
            const std::size_t last = std::min(first + cut_.window, inputs_.rows());
            sum += run_on(first, last, states) * static_cast<double>(last - first);
        }
        return sum / static_cast<double>(inputs_.rows() - rows_);
    }

    /// The loss of some rows of one sequence.
    double run_on(std::size_t first, std::size_t last, CarriedStates<float>& states) {
        const auto copy = [&](MatrixView from, Matrix<float>& to) {
            to.resize(last - first, from.cols());
            for (std::size_t i = first; i < last; ++i)
                std::copy_n(from.row(i).data(), from.cols(), to.row(i - first));
        };
        copy(inputs_, batch_);
        copy(targets_, wanted_);
        gradients_.forward(numbers_, batch_, states, nullptr);
        return gradients_.loss(options_.loss, wanted_);
    }

    const RecurrentNetwork& start_;
    MatrixView inputs_, targets_;
    const TrainingOptions& options_;
    std::size_t rows_;  // that are trained with
    Cut cut_;
    Rng rng_;
    std::vector<detail::LayerNumbers<float>> numbers_, best_;
    detail::RecurrentGradients<float> gradients_;
    detail::Adam<float> adam_;
    Matrix<float> batch_, wanted_;
};

}  // namespace

TrainedRecurrent train(const RecurrentNetwork& start, MatrixView inputs, MatrixView targets,
                       std::size_t validation, std::size_t window, const TrainingOptions& options) {
    if (window < 1) fail("train", "window", 0, "at least 1");
    detail::check_training(options, start.head().layers().back().activation);
    detail::check_training(inputs, targets, validation, start.inputs(), start.outputs(), options.loss);
    return RecurrentTrainer{start, inputs, targets, validation, window, options}.run();
}

}  // namespace sonde
