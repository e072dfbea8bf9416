// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "sonde/core/chrono.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/published.hpp"
#include "sonde/metrics/counter.hpp"
#include "sonde/metrics/gauge.hpp"
#include "sonde/models/fit_progress.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "sonde/models/retraining.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"

namespace sonde {

namespace detail {
/// Holds a word that one thread at a time may hold. Threading: the word is thread-safe, this single-writer.
class Turn {
public:
    /// Waits for it.
    static Turn wait(Atomic<int>& word) noexcept {
        while (!take(word)) yield();
        return Turn{&word};
    }
    /// Holds nothing when somebody else has it.
    static Turn attempt(Atomic<int>& word) noexcept { return Turn{take(word) ? &word : nullptr}; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        if (word_ != nullptr) word_->store_release(0);
    }
    [[nodiscard]] explicit operator bool() const noexcept { return word_ != nullptr; }

private:
    explicit Turn(Atomic<int>* word) noexcept : word_{word} {}
    static bool take(Atomic<int>& word) noexcept {
        int expected = 0;
        return word.replace_ordered(expected, 1);
    }

    Atomic<int>* word_;
};
}  // namespace detail

/// A model of rows that a `ServedModel` can serve and train again.
template <class M>
concept RetrainableModel = BatchScorer<M> && std::copyable<M> && std::same_as<typename M::Input, Row> &&
    requires(const M& model) {
    { model.default_threshold() } -> std::convertible_to<double>;
    { model.dimension() } -> std::convertible_to<std::size_t>;
};

namespace detail {
template <class Fit, class M>
concept FitOf = requires(Fit& fit, MatrixView rows) {
    { fit(rows) } -> std::convertible_to<M>;
};
}  // namespace detail

/// A model that is trained again on its own traffic while it serves.
///
///     sonde::ServedModel inputs{model, sonde::RetrainMetrics{registry}, now};
///     const sonde::Verdict verdict = inputs.observe(row);                     // on the request path, any thread
///     ...
///     const auto done = inputs.retrain(now);                                  // on a background thread of the host
///     if (done.outcome != sonde::RetrainOutcome::published) log(done.why);
///     inputs.roll_back();                                                     // when the new one was a mistake
///
/// A retraining copies the reservoir, fits to a part of it, and lets the rest judge: when the new model keeps what
/// `RetrainOptions` asks for it serves from then on, else nothing changes. The model before is kept to go back to.
///
/// Cost: `observe` is the model's score, four atomic operations, and the reservoir's offer; no allocation. `retrain`
/// is the fit, and twice the memory of the reservoir.
/// Threading: thread-safe. The request path waits for nobody; `retrain` and `roll_back` wait for readings of the model
/// that they replace, so call them from no thread that holds one.
template <RetrainableModel M = AutoencoderModel>
class ServedModel {
public:
    /// A model as it serves.
    struct Version {
        M model;
        FixedThreshold threshold;
        TimePoint made;  ///< when it was trained, or handed in

        [[nodiscard]] Verdict judge(const Row& row) const noexcept {
            return threshold.judge(model.score(row));
        }
    };
    using Reading = typename Published<Version>::Reading;

    /// \param model  serves first; calibrated
    /// \throws std::invalid_argument  the model is not calibrated, an option is out of its range
    ServedModel(M model, const RetrainMetrics& metrics, TimePoint now, const RetrainOptions& options = {})
        : options_{checked(options)},
          metrics_{metrics},
          reservoir_{model.dimension(), options.reservoir},
          serving_{Version{model, FixedThreshold{model.default_threshold()}, now}} {
        tick(now);
    }

    /// Judges a row, and offers it unless it is clearly anomalous (`admitted_level`) or cannot be judged.
    Verdict observe(const Row& row) noexcept {
        const Verdict verdict = serving_.read()->judge(row);
        if (verdict.level() <= options_.admitted_level) offer(row);
        return verdict;
    }
    /// Judges only.
    [[nodiscard]] Verdict judge(const Row& row) const noexcept { return serving_.read()->judge(row); }
    /// Offers a row, for who knows better than the model which ones are normal.
    void offer(const Row& row) noexcept {
        metrics_.offers[static_cast<std::size_t>(reservoir_.offer(row))]->observe();
    }

    /// The model that serves now, for batches and attribution. Keep the reading short.
    [[nodiscard]] Reading serving() const noexcept { return serving_.read(); }
    [[nodiscard]] const RowReservoir& reservoir() const noexcept { return reservoir_; }

    /// Trains a new model and, when it is good, lets it serve. Each training holds out other rows.
    /// \param now  what the new model's age is counted from
    /// \param fit  makes a calibrated model of rows; a std::exception that it throws becomes the outcome, and its
    ///             message `why`
    template <class Fit>
    requires detail::FitOf<Fit, M> Retraining retrain(TimePoint now, Fit&& fit);
    /// The same with `fit_autoencoder` as it stands.
    Retraining retrain(TimePoint now) requires std::same_as<M, AutoencoderModel> {
        return retrain(now, [](MatrixView rows) { return fit_autoencoder(rows); });
    }

    /// Lets the model before serve again, and drops the one that served. False when there is none: it goes back once.
    bool roll_back();

    /// Sets the gauges. Call about once a second.
    void tick(TimePoint now) const noexcept;

private:
    static const RetrainOptions& checked(const RetrainOptions& options) {
        detail::check(options);
        return options;
    }
    template <class Fit>
    [[nodiscard]] Retraining train_and_judge(TimePoint now, Fit& fit);
    void replace(Version fresh);

    RetrainOptions options_;
    RetrainMetrics metrics_;
    RowReservoir reservoir_;
    Published<Version> serving_;
    std::optional<Version> before_;                  // under changing_
    detail::Atomic<int> training_{0}, changing_{0};  // one retraining at a time; one change of what serves
    detail::Atomic<std::uint64_t> trainings_{0};
};

/// The shape that needs no choice: an autoencoder.
using ServedAutoencoder = ServedModel<AutoencoderModel>;

template <RetrainableModel M>
template <class Fit>
requires detail::FitOf<Fit, M> Retraining ServedModel<M>::retrain(TimePoint now, Fit&& fit) {
    Retraining result;
    const auto turn = detail::Turn::attempt(training_);
    if (turn) {
        result = train_and_judge(now, fit);
    } else {
        result = {.outcome = RetrainOutcome::busy, .why = "another retraining is under way"};
    }
    metrics_.outcomes[static_cast<std::size_t>(result.outcome)]->observe();
    tick(now);
    return result;
}

template <RetrainableModel M>
template <class Fit>
Retraining ServedModel<M>::train_and_judge(TimePoint now, Fit& fit) try {
    const std::size_t dimension = reservoir_.dimension();
    const std::vector<float> values = reservoir_.rows(trainings_.add(1));
    const std::size_t rows = values.size() / dimension;
    if (rows < options_.least_rows)
        return {.outcome = RetrainOutcome::too_few_rows, .why = detail::too_few(rows, options_.least_rows)};

    Retraining result;
    const auto held_out = static_cast<std::size_t>(options_.held_out * static_cast<double>(rows));
    result.rows = rows - held_out;
    M model = fit(MatrixView{values.data(), result.rows, dimension});
    const MatrixView judges{values.data() + result.rows * dimension, held_out, dimension};
    std::vector<Score> fresh(held_out), serving(held_out);
    model.score_batch(judges, fresh);
    serving_.read()->model.score_batch(judges, serving);
    const double threshold = model.default_threshold();
    detail::judge(result, options_, threshold, fresh, serving);
    metrics_.false_alarm_rate.set(result.false_alarm_rate);
    if (result.outcome == RetrainOutcome::published)
        replace(Version{std::move(model), FixedThreshold{threshold}, now});
    return result;
} catch (const FitCancelled& cancelled) {
    return {.outcome = RetrainOutcome::cancelled, .why = cancelled.what()};
} catch (const std::exception& failure) {
    return {.outcome = RetrainOutcome::fit_failed, .why = failure.what()};
}

template <RetrainableModel M>
void ServedModel<M>::replace(Version fresh) {
    const auto turn = detail::Turn::wait(changing_);
    Version old = *serving_.read();
    serving_.publish(std::move(fresh));
    before_ = std::move(old);
}

template <RetrainableModel M>
bool ServedModel<M>::roll_back() {
    const auto turn = detail::Turn::wait(changing_);
    if (!before_) return false;
    serving_.publish(*before_);
    before_.reset();
    metrics_.rolled_back.observe();
    return true;
}

template <RetrainableModel M>
void ServedModel<M>::tick(TimePoint now) const noexcept {
    const auto reading = serving_.read();
    metrics_.model_age.set(seconds(now - reading->made));
    metrics_.threshold.set(reading->threshold.value());
    metrics_.held_rows.set(static_cast<double>(reservoir_.size()));
}

}  // namespace sonde
