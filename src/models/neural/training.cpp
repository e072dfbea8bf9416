// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>

#include "models/neural/adam.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/gradients.hpp"
#include "sonde/core/rng.hpp"

namespace sonde {

namespace {

using detail::LayerNumbers;
using detail::Matrix;

/// The training as it goes on.
class Trainer {
public:
    Trainer(const Network& start, MatrixView inputs, MatrixView targets, std::size_t validation,
            const TrainingOptions& options)
        : start_{start},
          inputs_{inputs},
          targets_{targets},
          options_{options},
          order_(inputs.rows() - validation),
          rng_{options.seed},
          numbers_{detail::numbers_of<float>(start)},
          best_{numbers_},
          gradients_{start},
          adam_{numbers_} {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    Trained run() {
        detail::EpochState state{.rate = options_.learning_rate};
        const auto epoch = [this](std::size_t number, double rate) {
            EpochLosses losses{train_epoch(number, rate), 0, rate};
            losses.validation = order_.size() < inputs_.rows() ? validation_loss() : losses.training;
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
            gradients_.forward(numbers_, batch_, &rng_);
            const double loss = gradients_.loss(options_.loss, wanted_);
            detail::check_loss(loss, epoch);
            sum += loss * static_cast<double>(rows.size());
            adam_.step(numbers_, gradients_.backward(numbers_, options_.loss, wanted_), options_, rate);
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
            gradients_.forward(numbers_, batch_, nullptr);
            sum += gradients_.loss(options_.loss, wanted_) * static_cast<double>(some.size());
        }
        return sum / static_cast<double>(rows.size());
    }

    static void gather(MatrixView from, std::span<const std::size_t> rows, Matrix<float>& to) {
        to.resize(rows.size(), from.cols());
        for (std::size_t i = 0; i < rows.size(); ++i)
            std::copy_n(from.row(rows[i]).data(), from.cols(), to.row(i));
    }

    const Network& start_;
    MatrixView inputs_, targets_;
    const TrainingOptions& options_;
    std::vector<std::size_t> order_;  // of the rows that are trained with
    Rng rng_;
    std::vector<LayerNumbers<float>> numbers_, best_;
    detail::Gradients<float> gradients_;
    detail::Adam<float> adam_;
    Matrix<float> batch_, wanted_;
};

}  // namespace

Trained train(const Network& start, MatrixView inputs, MatrixView targets, std::size_t validation,
              const TrainingOptions& options) {
    detail::check_training(options, start.layers().back().activation);
    detail::check_training(inputs, targets, validation, start.inputs(), start.outputs(), options.loss);
    return Trainer{start, inputs, targets, validation, options}.run();
}

std::string to_csv(const std::vector<EpochLosses>& history) {
    std::string text = "epoch,training,validation,learning_rate\n";
    for (std::size_t i = 0; i < history.size(); ++i) {
        char line[128];
        std::snprintf(line, sizeof line, "%zu,%.9g,%.9g,%.9g\n", i + 1, history[i].training,
                      history[i].validation, history[i].learning_rate);
        text += line;
    }
    return text;
}

}  // namespace sonde
