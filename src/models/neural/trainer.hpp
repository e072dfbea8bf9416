// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "models/neural/adam.hpp"
#include "models/neural/epochs.hpp"
#include "models/neural/parameters.hpp"
#include "sonde/core/function_ref.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/neural/training.hpp"

namespace sonde::detail {

/// A training between two epochs.
struct TrainerState {
    std::vector<LayerNumbers<float>> numbers, best;
    Adam<float> adam;
    std::uint64_t seed;  ///< of the epoch that comes
    EpochState epochs{};

    /// Before the first epoch.
    TrainerState(std::vector<LayerNumbers<float>> start, const TrainingOptions& options)
        : numbers{std::move(start)},
          best{numbers},
          adam{numbers},
          seed{options.seed},
          epochs{.rate = options.learning_rate} {}
};

/// Trains what has numbers and a gradient, by rows in an order of chance. `Pass` is `Gradients<float>` or has its
/// `forward`, `loss` and `backward`. What is given was checked (`check_training`).
template <class Pass>
class Trainer {
public:
    Trainer(Pass& pass, MatrixView inputs, MatrixView targets, std::size_t validation,
            const TrainingOptions& options)
        : pass_{pass},
          inputs_{inputs},
          targets_{targets},
          options_{options},
          order_(inputs.rows() - validation) {}

    /// The epochs that are left. \param after_epoch  may look at the state \throws what `train` throws
    void run(TrainerState& state, FunctionRef<void()> after_epoch = {}) {
        const auto epoch = [&](std::size_t number, double rate) {
            EpochLosses losses{train_epoch(state, number, rate), 0, rate};
            losses.validation = order_.size() < inputs_.rows() ? validation_loss(state) : losses.training;
            check_loss(losses.validation, number);
            check_numbers(state.numbers, number);
            return losses;
        };
        const auto keep_best = [&] { state.best = state.numbers; };
        run_epochs(options_, state.epochs, epoch, keep_best, after_epoch);
    }

private:
    /// An epoch needs nothing of chance from those before it but a seed, which it leaves to the next.
    double train_epoch(TrainerState& state, std::size_t epoch, double rate) {
        Rng rng{state.seed};
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        for (std::size_t i = order_.size(); i > 1; --i)
            std::swap(order_[i - 1], order_[static_cast<std::size_t>(rng.below(i))]);
        double sum = 0;
        for (std::size_t first = 0; first < order_.size(); first += options_.batch_rows) {
            const auto rows =
                std::span{order_}.subspan(first, std::min(options_.batch_rows, order_.size() - first));
            gather(inputs_, rows, batch_);
            gather(targets_, rows, wanted_);
            if (options_.noise > 0)
                for (float& x : batch_.values) x += static_cast<float>(options_.noise * rng.normal());
            pass_.forward(state.numbers, batch_, &rng);
            const double loss = pass_.loss(options_.loss, wanted_);
            check_loss(loss, epoch);
            sum += loss * static_cast<double>(rows.size());
            state.adam.step(state.numbers, pass_.backward(state.numbers, options_.loss, wanted_), options_,
                            rate);
        }
        state.seed = rng.next();
        return sum / static_cast<double>(order_.size());
    }

    double validation_loss(const TrainerState& state) {
        double sum = 0;
        std::vector<std::size_t> rows(inputs_.rows() - order_.size());
        std::iota(rows.begin(), rows.end(), order_.size());
        for (std::size_t first = 0; first < rows.size(); first += options_.batch_rows) {
            const auto some =
                std::span{rows}.subspan(first, std::min(options_.batch_rows, rows.size() - first));
            gather(inputs_, some, batch_);
            gather(targets_, some, wanted_);
            pass_.forward(state.numbers, batch_, nullptr);
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
    Matrix<float> batch_, wanted_;
};

}  // namespace sonde::detail
