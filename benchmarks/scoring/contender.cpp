// SPDX-License-Identifier: Apache-2.0
// A model of ours for peers.py and quality.py to ask: `scoring_contender MODEL TRAIN LABELS|- [option=value]...`
// fits, says `fit SECONDS`, then answers each line of standard input:
//
//     score ROWS OUT   writes the scores as doubles, says `done`
//     batch ROWS       says the seconds per row of score_batch over all rows
//     row ROWS         says the seconds per row of score, one after the other
//
// ROWS and TRAIN hold two 64-bit counts, rows and features, then floats; LABELS a byte a row. MODEL is one of the
// catalogue, or `gaussian-diagonal`, or `images` and `images-autoencoder` with seed=..; `dbscan-clusters` with eps=..
// and min-points=.. only fits; `autoencoder-epoch` has the default shape after one epoch; for `autoencoder-weights` and
// `autoencoder-bytes`, TRAIN is a row of the weights and biases of each layer of that shape.
#include <exception>
#include <memory>
#include <span>

#include "answers.hpp"
#include "sonde/detectors/multivariate_gaussian.hpp"
#include "sonde/models/catalogue.hpp"
#include "sonde/models/fit_dbscan.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "sonde/models/neural/fit_default_images.hpp"
#include "sonde/models/neural/quantized_autoencoder.hpp"

namespace {

using namespace sonde;
using benchmark::Rows;

template <class Scorer>
benchmark::Model asked(Scorer scorer) {
    const auto shared = std::make_shared<const Scorer>(std::move(scorer));
    const auto room = std::make_shared<std::vector<Score>>();
    const auto batch = [shared, room](MatrixView rows) {
        room->resize(rows.rows());
        shared->score_batch(rows, *room);
    };
    const auto row = [shared, room](MatrixView rows) {
        room->resize(rows.rows());
        for (std::size_t i = 0; i < rows.rows(); ++i) (*room)[i] = shared->score(rows.row(i));
    };
    const auto scores = [batch, room](MatrixView rows) {
        batch(rows);
        std::vector<double> values;
        for (const Score& score : *room) values.push_back(score.value);
        return values;
    };
    return {batch, row, scores};
}

MultivariateGaussianScorer diagonal(MatrixView rows) {
    MultivariateGaussianScorer scorer{{.dimension = rows.cols()}};
    for (std::size_t i = 0; i < rows.rows(); ++i) scorer.learn(rows.row(i));
    return scorer;
}

/// What scikit-learn's fit gives too: labels and core rows.
void run_clusters(const Rows& train, const DbscanOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    const auto found = dbscan_clusters(train.view(), options);
    const double seconds = benchmark::seconds_since(start);
    if (found.clusters == 0) throw std::runtime_error{"no cluster"};
    benchmark::answer_all({}, seconds);
}

/// An epoch of the shape that is usual for images of 28 x 28, and what came out of it.
void run_autoencoder(const Rows& train) {
    const auto start = std::chrono::steady_clock::now();
    const auto model = fit_autoencoder(
        train.view(),
        {.held_out = 0, .training = {.loss = Loss::cross_entropy, .epochs = 1, .batch_rows = 128}});
    const double seconds = benchmark::seconds_since(start);
    benchmark::answer_all(asked(model), seconds);
}

/// For images, all by default: the ensemble, or its autoencoder alone.
benchmark::Model fit_images(MatrixView rows, bool ensemble, std::uint64_t seed) {
    if (ensemble) return asked(fit_default_images(rows, {.seed = seed}));
    return asked(fit_autoencoder(rows, denoising_options(rows.rows(), seed)));
}

/// 784-128-64-32-64-128-784, ReLU and sigmoid, from its numbers.
Network known_network(std::span<const float> numbers) {
    constexpr std::size_t widths[] = {784, 128, 64, 32, 64, 128, 784}, layers = std::size(widths) - 1;
    std::vector<DenseLayer> all;
    const auto take = [&numbers](std::size_t count) {
        if (numbers.size() < count) throw std::runtime_error{"weights are missing"};
        const std::vector<float> taken{numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(count)};
        numbers = numbers.subspan(count);
        return taken;
    };
    for (std::size_t i = 0; i < layers; ++i) {
        DenseLayer layer{widths[i], widths[i + 1], i + 1 < layers ? Activation::relu : Activation::sigmoid};
        layer.weights = take(layer.inputs * layer.outputs);
        layer.bias = take(layer.outputs);
        all.push_back(std::move(layer));
    }
    return Network{std::move(all)};
}

void run(const std::vector<std::string>& arguments) {
    if (arguments.size() < 3) throw std::runtime_error{"MODEL TRAIN LABELS|- [option=value]..."};
    const Rows train = benchmark::read_rows(arguments[1]);
    const auto labels = benchmark::read_labels(arguments[2], train.rows);
    std::vector<DetectorSetting> settings;
    for (std::size_t i = 3; i < arguments.size(); ++i) {
        const auto equals = arguments[i].find('=');
        settings.push_back({arguments[i].substr(0, equals), arguments[i].substr(equals + 1)});
    }
    if (arguments[0] == "autoencoder-epoch") return run_autoencoder(train);
    if (arguments[0] == "autoencoder-weights")
        return benchmark::answer_all(asked(AutoencoderModel{known_network(train.values)}), 0);
    if (arguments[0] == "autoencoder-bytes")
        return benchmark::answer_all(
            asked(QuantizedAutoencoder{AutoencoderModel{known_network(train.values)}}), 0);
    if (arguments[0] == "dbscan-clusters")
        return run_clusters(
            train, {.eps = std::stod(settings.at(0).value), .min_points = std::stoul(settings.at(1).value)});
    const auto start = std::chrono::steady_clock::now();
    if (arguments[0] == "images" || arguments[0] == "images-autoencoder") {
        const auto model =
            fit_images(train.view(), arguments[0] == "images", std::stoull(settings.at(0).value));
        return benchmark::answer_all(model, benchmark::seconds_since(start));
    }
    const TrainingData data{.rows = train.view(), .labels = labels};
    const auto model = arguments[0] == "gaussian-diagonal" ? asked(diagonal(train.view()))
                                                           : asked(fit_model(arguments[0], data, settings));
    benchmark::answer_all(model, benchmark::seconds_since(start));
}

}  // namespace

int main(int count, char** values) try {
    run({values + 1, values + count});
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "scoring_contender: %s\n", error.what());
    return 1;
}
