// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// How a `KMeansStream` trains. The defaults are netdata's, for a value per second.
struct KMeansStreamOptions {
    std::size_t window = 21600;  ///< values that a model is trained on at most, in [16, 2^20]
    std::size_t warm_up = 900;  ///< values that the first model needs; what `window` and the features ask for
    std::size_t train_every = 10800;  ///< values from one model to the next, at least 1
    std::size_t models = 18;          ///< that are kept, the newest ones; in [1, 1024]
    bool difference = true;           ///< a feature is how much the value changed; false: the value
    std::size_t smooth = 3;           ///< values (changes) that are averaged; in [1, 64]
    std::size_t lag = 5;    ///< such averages before the present one that are features too; in [0, 64]
    double sampling = 0.2;  ///< share of the feature vectors that a training uses; in (0, 1]
    std::size_t max_iterations = 100;  ///< of a training, in [1, 1000]
    std::uint64_t seed = 1;            ///< what is sampled, and where a training starts
};

/// How unusual the last few values of a stream of numbers are for each of several models, trained one after the
/// other on what came before: the score is that of the model that finds them the most usual.
///
/// The scheme of netdata's agent (netdata/netdata, docs/ml-ai and src/ml; with its defaults): the last lag + 1
/// smoothed differences are a feature vector x; a model is the 2 centres c of a k-means over the feature vectors of
/// its window, with the least and the largest of their mean distances m(x) = (|x - c1| + |x - c2|) / 2. Its score is
/// |m(x) - least| / (largest - least): above 1 for what no training vector was. An anomaly is what every model
/// scores above 0.99: one that was there before somebody knows.
/// Other than there a score is not cut off at 1 (at 1e18 instead), where all training vectors are the same a
/// departure is an anomaly (there never), exactly the share `sampling` is drawn, and an iteration limit of 100.
///
/// Cost: a score O(models x lag), no allocation; a value O(1) to learn, and each `train_every`th a training of
/// O(window x sampling x lag) per iteration: with the defaults some milliseconds. Memory 20 bytes per value of the
/// window. Threading: single-writer.
class KMeansStream {
public:
    using Input = double;
    using Options = KMeansStreamOptions;
    static constexpr Format format{"KMST", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit KMeansStream(const KMeansStreamOptions& options = {});

    /// warming_up before there is a model; bad_input for NaN and infinity. Values beyond 1e140 are taken as 1e140.
    [[nodiscard]] Score score(const double& x) const noexcept;
    /// Takes a finite value in; any other is ignored, as if the next one followed at once.
    void learn(const double& x) noexcept;

    /// Models that there are.
    [[nodiscard]] std::size_t models() const noexcept {
        return trained_ < options_.models ? static_cast<std::size_t>(trained_) : options_.models;
    }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    /// `warm_up` is what is in force.
    [[nodiscard]] const KMeansStreamOptions& options() const noexcept { return options_; }
    /// netdata's: 99 % of the way from the most usual to the most unusual training vector.
    [[nodiscard]] double default_threshold() const noexcept { return 0.99; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static KMeansStream read(ByteReader& reader, std::uint16_t version);

private:
    [[nodiscard]] std::size_t features() const noexcept { return options_.lag + 1; }
    [[nodiscard]] std::size_t model_size() const noexcept { return 2 * features() + 2; }
    [[nodiscard]] std::size_t kept() const noexcept;
    [[nodiscard]] double value(std::size_t back) const noexcept;
    [[nodiscard]] double mean_distance(const double* model, const double* x) const noexcept;
    void train() noexcept;
    void smooth_window() noexcept;
    [[nodiscard]] std::size_t sample(std::size_t vectors) noexcept;
    void start(double* model, std::size_t count) noexcept;
    [[nodiscard]] bool improve(double* model, std::size_t count) noexcept;
    void measure(double* model, std::size_t count) const noexcept;

    KMeansStreamOptions options_;
    std::uint64_t learned_ = 0, trained_ = 0;
    std::vector<double> values_;            // a ring: value i of the stream is at i % window
    std::vector<double> models_;            // a ring: 2 centres, least mean distance, range
    std::vector<double> smoothed_;          // workspace of a training
    std::vector<std::uint32_t> positions_;  // where in `smoothed_` the sampled feature vectors start
};

/// Judges each value of a stream by its last changes: anomalous is what no model of the past knows. Of a stream that
/// stays what it was in training fewer than 1 % of the values are called anomalous.
using KMeansStreamDetector = StreamingDetector<KMeansStream, FixedThreshold>;

}  // namespace sonde
