// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <utility>

#include "models/neural/adam.hpp"
#include "models/neural/gradients.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_progress.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "train";
constexpr float largest_value = 1e9F;

using detail::LayerNumbers;
using detail::Matrix;

void check_positive(std::string_view what, double value, double most, bool or_zero = false) {
    if (!is_finite(value) || value > most || value < 0 || (value <= 0 && !or_zero))
        fail(where, what, value, or_zero ? "at least 0 and not huge" : "above 0 and not huge");
}

void check(const Network& network, const TrainingOptions& o) {
    if (o.loss > Loss::cross_entropy)
        fail(where, "loss", static_cast<double>(o.loss), "one of the enumerators");
    if (o.loss == Loss::cross_entropy && network.layers().back().activation != Activation::sigmoid)
        fail(where, "loss", static_cast<double>(o.loss), "cross_entropy only after a sigmoid");
    if (o.epochs < 1) fail(where, "epochs", 0, "at least 1");
    if (o.batch_rows < 1) fail(where, "batch_rows", 0, "at least 1");
    check_positive("learning_rate", o.learning_rate, 1e3);
    check_positive("epsilon", o.epsilon, 1);
    check_positive("weight_decay", o.weight_decay, 1e3, true);
    check_positive("clip_norm", o.clip_norm, 1e15, true);
    check_positive("noise", o.noise, 1e15, true);
    for (const double beta : {o.beta1, o.beta2})
        if (!is_finite(beta) || beta < 0 || beta >= 1) fail(where, "beta", beta, "in [0, 1)");
    if (!is_finite(o.plateau_factor) || o.plateau_factor <= 0 || o.plateau_factor > 1)
        fail(where, "plateau_factor", o.plateau_factor, "in (0, 1]");
}

void check_values(MatrixView rows) {
    detail::check_training_rows(where, rows);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        float most = 0;
        for (const float x : rows.row(i)) most = std::max(most, std::abs(x));
        if (most > largest_value)
            fail(where, "value of row " + std::to_string(i), static_cast<double>(most),
                 "in [-1e9, 1e9]: scale the features first");
    }
}

void check(const Network& network, MatrixView inputs, MatrixView targets, std::size_t validation, Loss loss) {
    check_values(inputs);
    const bool same = targets.data() == inputs.data() && targets.rows() == inputs.rows() &&
                      targets.cols() == inputs.cols() && targets.stride() == inputs.stride();
    if (!same) check_values(targets);
    if (inputs.cols() != network.inputs())
        fail(where, "features of the inputs", static_cast<double>(inputs.cols()), "those of the network");
    if (targets.cols() != network.outputs() || targets.rows() != inputs.rows())
        fail(where, "targets", static_cast<double>(targets.rows()),
             "one per input, of the network's outputs");
    if (validation >= inputs.rows())
        fail(where, "validation", static_cast<double>(validation), "fewer rows than there are");
    for (std::size_t i = 0; loss == Loss::cross_entropy && i < targets.rows(); ++i)
        for (const float t : targets.row(i))
            if (t < 0 || t > 1) fail(where, "target", static_cast<double>(t), "in [0, 1] for cross_entropy");
}

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
          adam_{numbers_},
          rate_{options.learning_rate} {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    Trained run() {
        std::vector<EpochLosses> history;
        double least = 0;
        std::size_t since_better = 0, since_slower = 0;
        for (std::size_t epoch = 1; epoch <= options_.epochs; ++epoch) {
            EpochLosses losses{train_epoch(epoch), 0, rate_};
            losses.validation = order_.size() < inputs_.rows() ? validation_loss() : losses.training;
            check_finite(losses.validation, epoch);
            check_numbers(epoch);  // activations may hide what is not finite from the loss
            history.push_back(losses);
            if (epoch == 1 || losses.validation < least) {
                least = losses.validation;
                best_ = numbers_;
                since_better = since_slower = 0;
            } else {
                ++since_better;
                ++since_slower;
            }
            if (options_.progress && !options_.progress(epoch, options_.epochs, losses))
                throw FitCancelled{"train: cancelled"};
            if (options_.patience > 0 && since_better >= options_.patience) break;
            if (options_.plateau_epochs > 0 && since_slower >= options_.plateau_epochs) {
                rate_ *= options_.plateau_factor;
                since_slower = 0;
            }
        }
        return {network_of(best_), std::move(history)};
    }

private:
    double train_epoch(std::size_t epoch) {
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
            check_finite(loss, epoch);
            sum += loss * static_cast<double>(rows.size());
            adam_.step(numbers_, gradients_.backward(numbers_, options_.loss, wanted_), options_, rate_);
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

    void check_numbers(std::size_t epoch) {
        for (LayerNumbers<float>& layer : numbers_)
            for (std::size_t part = 0; part < LayerNumbers<float>::parts; ++part)
                if (!all_finite(*layer.all(part)))
                    throw TrainingDiverged{"train: a weight of epoch " + std::to_string(epoch) +
                                           " is not finite"};
    }

    static void check_finite(double loss, std::size_t epoch) {
        if (!is_finite(loss))
            throw TrainingDiverged{"train: the loss of epoch " + std::to_string(epoch) + " is not finite"};
    }

    [[nodiscard]] Network network_of(const std::vector<LayerNumbers<float>>& numbers) const try {
        std::vector<DenseLayer> layers(start_.layers().begin(), start_.layers().end());
        for (std::size_t i = 0; i < layers.size(); ++i) {
            layers[i].weights = numbers[i].weights;
            layers[i].bias = numbers[i].bias;
            layers[i].gain = numbers[i].gain;
            layers[i].shift = numbers[i].shift;
        }
        return Network{std::move(layers)};
    } catch (const std::invalid_argument&) {
        throw TrainingDiverged{"train: weights are beyond 1e15 or not finite"};
    }

    const Network& start_;
    MatrixView inputs_, targets_;
    const TrainingOptions& options_;
    std::vector<std::size_t> order_;  // of the rows that are trained with
    Rng rng_;
    std::vector<LayerNumbers<float>> numbers_, best_;
    detail::Gradients<float> gradients_;
    detail::Adam<float> adam_;
    double rate_;
    Matrix<float> batch_, wanted_;
};

}  // namespace

Trained train(const Network& start, MatrixView inputs, MatrixView targets, std::size_t validation,
              const TrainingOptions& options) {
    check(start, options);
    check(start, inputs, targets, validation, options.loss);
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
