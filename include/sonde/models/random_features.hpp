// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/thresholds/quantile_threshold.hpp"

namespace sonde {

namespace detail {
/// 64 random frequencies along one feature: what a kernel takes at once.
struct alignas(64) WaveLanes {
    float lane[64];
};
}  // namespace detail

/// How an `OnlineOneClassSvm` learns its boundary.
struct OnlineOneClassSvmOptions {
    std::size_t dimension = 0;  ///< features of a row, in [1, 2^20]; must be set
    /// Random features that stand in for the kernel, in [128, 65536], rounded up to a multiple of 128; times dimension
    /// at most 2^27. Kernels are off by about 1 / sqrt(random_features).
    std::size_t random_features = 1024;
    double nu = 0.5;  ///< share of the rows that is outside, in [0.001, 1]
    /// Of the kernel exp(-gamma |x - y|^2), in [1e-20, 1e20]; 0: 1 / (sum of the features' variances), of the first
    /// half of the warm-up.
    double gamma = 0;
    std::uint64_t warm_up = 512;  ///< rows to learn before the first judgement, in [4, 2^32]
    /// Rows after which an old one counts half, at least 1; 0: never.
    double half_life = 0;
    std::uint64_t seed = 1;  ///< which frequencies
};

/// A one-class support vector machine for streams: how unlike a row is to those at the edge of what was learned.
///
/// The RBF kernel is a mean over random frequencies, k(x, y) ~ phi(x)'phi(y) with phi(x) the cosines and sines of
/// random projections (Rahimi, Recht: Random features for large-scale kernel machines, NIPS 2007), so that the machine
/// is linear in phi: f(x) = w'phi(x), of a fixed size. The first half of the warm-up tells centre and gamma; of the
/// second half w becomes the mean phi. From then on each row with f(x) < rho pulls w towards its phi / nu, and rho
/// moves so that the share nu of the rows is below it: stochastic gradient descent on the objective of Schölkopf et
/// al. (Kivinen, Smola, Williamson: Online learning with kernels, IEEE Trans. Signal Processing 52, 2004, section
/// III.C), with steps 1 / (rows so far), with a half-life not below 1 - 2^(-1 / half_life).
///
/// The score is 1 - f(x) / (the weight of all phi in w), cut off at 0: about 1 for what is unlike all, where it is
/// noise of 1 / sqrt(random_features); rows with gamma |x - centre|^2 above 10^4 score 1.
/// Features should have comparable scales.
/// Cost: score O(random_features x dimension), learn twice that; no allocation. Threading: single-writer.
class OnlineOneClassSvm {
public:
    using Input = Row;
    using Options = OnlineOneClassSvmOptions;
    static constexpr Format format{"OOSV", 1};

    /// \throws std::invalid_argument  an option is outside its range
    explicit OnlineOneClassSvm(const OnlineOneClassSvmOptions& options);

    /// warming_up before `warm_up` rows are learned; bad_input for a wrong dimension, NaN and infinity.
    [[nodiscard]] Score score(const Row& row) const noexcept;
    /// Takes a row of finite values in; any other is ignored. Values beyond 1e18 are taken as 1e18.
    void learn(const Row& row) noexcept;
    /// Which features made the score: shares of at least 0 that sum to it, in proportion to the squared differences
    /// from the centre, as the kernel knows features by these only.
    /// \param shares  one per feature; zeros when the score is not usable
    /// \returns       the score; bad_input also when `shares` has another size than the row
    Score attribute(const Row& row, std::span<double> shares) const noexcept;

    [[nodiscard]] std::size_t dimension() const noexcept { return options_.dimension; }
    [[nodiscard]] std::uint64_t learned() const noexcept { return learned_; }
    /// The one in use; 0 in the first half of the warm-up when none was given.
    [[nodiscard]] double gamma() const noexcept { return gamma_; }
    /// The score at the boundary, that the share nu of the rows exceeds; 0 during the warm-up.
    [[nodiscard]] double boundary() const noexcept;
    [[nodiscard]] const OnlineOneClassSvmOptions& options() const noexcept { return options_; }

    void write(ByteWriter& writer) const;
    /// \throws FormatError  not a scorer
    [[nodiscard]] static OnlineOneClassSvm read(ByteReader& reader, std::uint16_t version);

private:
    OnlineOneClassSvm(const OnlineOneClassSvmOptions& options, std::vector<detail::WaveLanes> frequencies);
    [[nodiscard]] std::uint64_t first_half() const noexcept { return options_.warm_up / 2; }
    [[nodiscard]] bool is_far(const Row& row) const noexcept;
    void features_of(const Row& row, std::size_t block, float* to) const noexcept;
    [[nodiscard]] double f(const Row& row) const noexcept;
    void learn_moments(const Row& row) noexcept;
    void pull(const Row& row, double keep, double by, bool far) noexcept;
    [[nodiscard]] bool plausible() const noexcept;

    OnlineOneClassSvmOptions options_;
    std::vector<detail::WaveLanes> frequencies_;  // blocks of 64, feature after feature; standard normal
    std::uint64_t learned_ = 0;
    std::vector<double> centre_,
        spread_;  // of the first half of the warm-up: means, summed squared differences
    double gamma_ = 0;
    std::vector<double> weights_;  // per block 64 of cosines, then 64 of sines
    double mass_ = 0;              // of all phi in w
    double rho_ = 0;
    std::vector<float> offset_;  // derived: the centre as the kernel takes it
};

/// Judges rows by an online one-class support vector machine: `OnlineOneClassSvmDetector{{.dimension = 8}}`. Of a
/// steady stream about 0.1 % of the rows are called anomalous, from the 1,000th after the warm-up on.
using OnlineOneClassSvmDetector = StreamingDetector<OnlineOneClassSvm, QuantileThreshold>;

}  // namespace sonde
