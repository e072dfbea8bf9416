// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/adam.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

/// The numbers of the epoch with the best validation loss.
struct TrainedNumbers {
    std::vector<LayerNumbers<float>> numbers;
    std::vector<EpochLosses> history;
};

/// Trains what has numbers and a gradient, by rows in an order of chance. `Pass` is `Gradients<float>` or has its
/// `forward`, `loss` and `backward`.
template <class Pass>
class Trainer {
public:
    Trainer(Pass& pass, std::vector<LayerNumbers<float>> numbers, MatrixView inputs, MatrixView targets,
            std::size_t validation, const TrainingOptions& options)
        : pass_{pass},
          inputs_{inputs},
          targets_{targets},
          options_{options},
          order_(inputs.rows() - validation),
          rng_{options.seed},
          numbers_{std::move(numbers)},
          best_{numbers_},
          adam_{numbers_} {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    TrainedNumbers run() {
        EpochState state{.rate = options_.learning_rate};
        const auto epoch = [this](std::size_t number, double rate) {
            EpochLosses losses{train_epoch(number, rate), 0, rate};
            losses.validation = order_.size() < inputs_.rows() ? validation_loss() : losses.training;
            check_loss(losses.validation, number);
            check_numbers(numbers_, number);
            return losses;
        };
        const auto keep_best = [this] { best_ = numbers_; };
        run_epochs(options_, state, epoch, keep_best);
        return {std::move(best_), std::move(state.history)};
    }

private:
    double train_epoch(std::size_t epoch, double rate) {
        for (std::size_t i = order_.size(); i > 1; --i)
            std::swap(order_[i - 1], order_[static_cast<std::size_t>(rng_.below(i))]);
        double sum = 0;
        for (std::size_t first = 0; first < order_.size(); first += options_.batch_rows) {
            const auto rows =
                std::span{order_}.subspan(first, std::min(options_.batch_rows, order_.size() - first));
            gather(inputs_, rows, batch_);
            gather(targets_, rows, wanted_);
            if (options_.noise > 0)
                for (float& x : batch_.values) x += static_cast<float>(options_.noise * rng_.normal());
            pass_.forward(numbers_, batch_, &rng_);
            const double loss = pass_.loss(options_.loss, wanted_);
            check_loss(loss, epoch);
            sum += loss * static_cast<double>(rows.size());
            adam_.step(numbers_, pass_.backward(numbers_, options_.loss, wanted_), options_, rate);
        }
        return sum / static_cast<double>(order_.size());
    }

    double validation_loss() {
        double sum = 0;
        std::vector<std::size_t> rows(inputs_.rows() - order_.size());
        std::iota(rows.begin(), rows.end(), order_.size());
        for (std::size_t first = 0; first < rows.size(); first += options_.batch_rows) {
            const auto some =
                std::span{rows}.subspan(first, std::min(options_.batch_rows, rows.size() - first));
            gather(inputs_, some, batch_);
            gather(targets_, some, wanted_);
            pass_.forward(numbers_, batch_, nullptr);
            sum += pass_.loss(options_.loss, wanted_) * static_cast<double>(some.size());
        }
        return sum / static_cast<double>(rows.size());
    }

    static void gather(MatrixView from, std::span<const std::size_t> rows, Matrix<float>& to) {
        to.resize(rows.size(), from.cols());
        for (std::size_t i = 0; i < rows.size(); ++i)
            std::copy_n(from.row(rows[i]).data(), from.cols(), to.row(i));
    }

    Pass& pass_;
    MatrixView inputs_, targets_;
    const TrainingOptions& options_;
    std::vector<std::size_t> order_;  // of the rows that are trained with
    Rng rng_;
    std::vector<LayerNumbers<float>> numbers_, best_;
    Adam<float> adam_;
    Matrix<float> batch_, wanted_;
};

/// What is given was checked (`check_training`). \throws what `train` throws
template <class Pass>
[[nodiscard]] TrainedNumbers run_training(Pass& pass, std::vector<LayerNumbers<float>> numbers,
                                          MatrixView inputs, MatrixView targets, std::size_t validation,
                                          const TrainingOptions& options) {
    return Trainer<Pass>{pass, std::move(numbers), inputs, targets, validation, options}.run();
}

}  // namespace sonde::detail
