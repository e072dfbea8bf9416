// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

/// Which observations a detector's scorer learns, after they are judged.
enum class LearnFrom : std::uint8_t {
    everything,   ///< follows a change of level; an anomaly widens what is usual for a while
    normal_only,  ///< anomalies leave no trace; a lasting change of level is never accepted
    nothing,      ///< judges against what was learned before
};

/// What a detector said so far. Every observation is in `observed`, and in at most one of the others.
struct DetectorCounts {
    std::uint64_t observed = 0, anomalous = 0, warming_up = 0, bad_input = 0;

    void add(const Verdict& verdict) noexcept {
        ++observed;
        anomalous += verdict.anomalous ? 1U : 0U;
        warming_up += verdict.score.status == Status::warming_up ? 1U : 0U;
        bad_input += verdict.score.status == Status::bad_input ? 1U : 0U;
    }
    friend bool operator==(const DetectorCounts&, const DetectorCounts&) = default;
};

namespace detail {

struct NoOptions {
    NoOptions() = delete;
};
template <class S>
struct OptionsOf {
    using type = NoOptions;
};
template <class S>
requires requires { typename S::Options; }
struct OptionsOf<S> {
    using type = typename S::Options;
};

/// The threshold that a scorer suggests, if it does.
template <class S, class T>
[[nodiscard]] T default_threshold(const S& scorer) {
    if constexpr (requires { T{scorer.default_threshold()}; })
        return T{scorer.default_threshold()};
    else
        return T{};
}

/// Rows that are scored into a buffer on the stack at a time.
inline constexpr std::size_t batch_chunk = 64;

[[nodiscard]] inline MatrixView rows_of(MatrixView all, std::size_t first, std::size_t count) noexcept {
    return {all.data() + first * all.stride(), count, all.cols(), all.stride()};
}

}  // namespace detail

/// A scorer and a threshold that watch a stream: judge first, learn after.
///
/// The threshold learns every usable score, anomalies too (unless nothing is learned): a quantile of the
/// normal ones only would sink below itself again and again.
/// Cost: those of its two parts. Threading: single-writer.
///
///     StreamingDetector latency{GaussianScorer{{.warm_up = 50}}, FixedThreshold{3.0}};
///     if (latency.observe(milliseconds).anomalous) ...
template <Scorer S, Threshold T = FixedThreshold>
class StreamingDetector {
public:
    using Input = typename S::Input;
    using Options = typename detail::OptionsOf<S>::type;
    static constexpr Format format{"DETC", 1};

    /// Everything by default. \throws what the parts throw
    StreamingDetector() requires std::default_initializable<S> : StreamingDetector{S{}} {}

    /// With the threshold that the scorer suggests.
    explicit StreamingDetector(S scorer, LearnFrom learn_from = LearnFrom::everything)
        : scorer_{std::move(scorer)},
          threshold_{detail::default_threshold<S, T>(scorer_)},
          learn_from_{learn_from} {}

    StreamingDetector(S scorer, T threshold, LearnFrom learn_from = LearnFrom::everything)
        : scorer_{std::move(scorer)}, threshold_{std::move(threshold)}, learn_from_{learn_from} {}

    /// From the scorer's options: `GaussianDetector{{.warm_up = 50}}`.
    explicit StreamingDetector(const Options& options, LearnFrom learn_from = LearnFrom::everything)
        : StreamingDetector{S{options}, learn_from} {}

    StreamingDetector(const Options& options, T threshold, LearnFrom learn_from = LearnFrom::everything)
        : StreamingDetector{S{options}, std::move(threshold), learn_from} {}

    /// The scorer's score. Nothing changes.
    [[nodiscard]] Score score(const Input& in) const noexcept { return scorer_.score(in); }
    /// What `observe` would say. Nothing changes.
    [[nodiscard]] Verdict judge(const Input& in) const noexcept {
        return threshold_.judge(scorer_.score(in));
    }

    /// Judges, then learns and counts. Bad input is counted and not learned.
    Verdict observe(const Input& in) noexcept {
        const Score score = scorer_.score(in);
        const Verdict verdict = threshold_.judge(score);
        absorb(in, score, verdict);
        return verdict;
    }

    /// `score` of each row, into the first elements of `out`.
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept requires std::same_as<Input, Row> {
        score_rows(rows, out);
    }

    /// Judges every row with the state from before the batch, then learns the rows in order. `out` takes
    /// a verdict per row; rows beyond its size are left alone.
    void observe_batch(MatrixView rows, std::span<Verdict> out) noexcept requires std::same_as<Input, Row> {
        observe_rows(rows, out);
    }

    /// \copydoc MultivariateGaussianScorer::attribute
    Score attribute(const Input& in, std::span<double> shares) const requires Explainer<S> {
        return scorer_.attribute(in, shares);
    }

    [[nodiscard]] const S& scorer() const noexcept { return scorer_; }
    [[nodiscard]] const T& threshold() const noexcept { return threshold_; }
    [[nodiscard]] LearnFrom learn_from() const noexcept { return learn_from_; }
    [[nodiscard]] const DetectorCounts& counts() const noexcept { return counts_; }

    void write(ByteWriter& writer) const requires Persistent<S> && Persistent<T>;
    /// \throws FormatError  not a detector of these parts
    [[nodiscard]] static StreamingDetector read(ByteReader& reader, std::uint16_t version) requires
        Persistent<S> && Persistent<T>;

private:
    void score_rows(MatrixView rows, std::span<Score> out) const noexcept;
    void observe_rows(MatrixView rows, std::span<Verdict> out) noexcept;
    void absorb(const Input& in, Score score, const Verdict& verdict) noexcept {
        counts_.add(verdict);
        if (score.status == Status::bad_input || learn_from_ == LearnFrom::nothing) return;
        threshold_.learn(score);
        if constexpr (Learner<S>) {
            if (!verdict.anomalous || learn_from_ == LearnFrom::everything) scorer_.learn(in);
        }
    }

    S scorer_;
    T threshold_;
    LearnFrom learn_from_ = LearnFrom::everything;
    DetectorCounts counts_;
};

template <Scorer S, Threshold T>
void StreamingDetector<S, T>::score_rows(MatrixView rows, std::span<Score> out) const noexcept {
    if constexpr (BatchScorer<S>) {
        scorer_.score_batch(rows, out);
    } else {
        for (std::size_t i = 0; i < rows.rows() && i < out.size(); ++i) out[i] = scorer_.score(rows.row(i));
    }
}

template <Scorer S, Threshold T>
void StreamingDetector<S, T>::observe_rows(MatrixView rows, std::span<Verdict> out) noexcept {
    const std::size_t count = rows.rows() < out.size() ? rows.rows() : out.size();
    // A threshold that is warming up turns a usable score into `warming_up` and hides its value, which it
    // still has to learn. Such a verdict keeps the value until then, marked by `anomalous`.
    Score scores[detail::batch_chunk];
    for (std::size_t first = 0; first < count; first += detail::batch_chunk) {
        const std::size_t size = count - first < detail::batch_chunk ? count - first : detail::batch_chunk;
        score_rows(detail::rows_of(rows, first, size), {scores, size});
        for (std::size_t i = 0; i < size; ++i) {
            Verdict& verdict = out[first + i] = threshold_.judge(scores[i]);
            if (verdict.score != scores[i])
                verdict = {{scores[i].value, Status::warming_up}, verdict.threshold, true};
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        Verdict& verdict = out[i];
        Score score = verdict.score;
        if (score.status == Status::warming_up && verdict.anomalous) {
            score.status = Status::ok;
            verdict = {{0, Status::warming_up}, verdict.threshold, false};
        }
        absorb(rows.row(i), score, verdict);
    }
}

template <Scorer S, Threshold T>
void StreamingDetector<S, T>::write(ByteWriter& writer) const requires Persistent<S> && Persistent<T> {
    write_object(writer, scorer_);
    write_object(writer, threshold_);
    writer.u8(static_cast<std::uint8_t>(learn_from_));
    for (const std::uint64_t count :
         {counts_.observed, counts_.anomalous, counts_.warming_up, counts_.bad_input})
        writer.u64(count);
}

template <Scorer S, Threshold T>
StreamingDetector<S, T> StreamingDetector<S, T>::read(ByteReader& reader,
                                                      std::uint16_t) requires Persistent<S> && Persistent<T> {
    S scorer = read_object<S>(reader);
    T threshold = read_object<T>(reader);
    const auto learn_from = static_cast<LearnFrom>(reader.choice(2));
    StreamingDetector detector{std::move(scorer), std::move(threshold), learn_from};
    DetectorCounts& counts = detector.counts_;
    for (std::uint64_t* count : {&counts.observed, &counts.anomalous, &counts.warming_up, &counts.bad_input})
        *count = reader.u64();
    return detector;
}

}  // namespace sonde
