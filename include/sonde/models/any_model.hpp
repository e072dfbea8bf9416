// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "sonde/core/atomic.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"
#include "sonde/thresholds/fixed_threshold.hpp"
#include "sonde/thresholds/score_calibration.hpp"

namespace sonde {

/// What `fit_*` returns: an immutable scorer of rows that explains itself, can be written down, and knows
/// which scores are usual. A model of one's own that has these members goes wherever ours do.
template <class M>
concept FittedModel = BatchScorer<M> && Explainer<M> && Persistent<M> &&
    std::same_as<typename M::Input, Row> && requires(const M& model) {
    { model.dimension() } -> std::convertible_to<std::size_t>;
    { model.calibration() } -> std::convertible_to<const ScoreCalibration&>;
};

namespace detail {

/// What an AnyModel asks of the model that it holds.
class ErasedModel {
public:
    virtual ~ErasedModel() = default;
    [[nodiscard]] virtual Score score(const Row& row) const noexcept = 0;
    virtual void score_batch(MatrixView rows, std::span<Score> out) const noexcept = 0;
    virtual Score attribute(const Row& row, std::span<double> shares) const noexcept = 0;
    [[nodiscard]] virtual std::size_t dimension() const noexcept = 0;
    [[nodiscard]] virtual const ScoreCalibration& calibration() const noexcept = 0;
    [[nodiscard]] virtual double default_threshold() const = 0;
    [[nodiscard]] virtual std::string_view tag() const noexcept = 0;
    virtual void write(ByteWriter& writer) const = 0;

    Atomic<std::uint64_t> owners{1};
};

template <FittedModel M>
class HeldModel final : public ErasedModel {
public:
    explicit HeldModel(M model) : model_{std::move(model)} {}
    [[nodiscard]] Score score(const Row& row) const noexcept override { return model_.score(row); }
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept override {
        model_.score_batch(rows, out);
    }
    Score attribute(const Row& row, std::span<double> shares) const noexcept override {
        return model_.attribute(row, shares);
    }
    [[nodiscard]] std::size_t dimension() const noexcept override { return model_.dimension(); }
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept override {
        return model_.calibration();
    }
    [[nodiscard]] double default_threshold() const override {
        if constexpr (requires { model_.default_threshold(); })
            return model_.default_threshold();
        else
            return model_.calibration().threshold();
    }
    [[nodiscard]] std::string_view tag() const noexcept override { return M::format.tag; }
    void write(ByteWriter& writer) const override { write_object(writer, model_); }

private:
    M model_;
};

}  // namespace detail

/// Some fitted model, chosen while the program runs: for ensembles, tools and files whose type is not known.
///
/// Copies share the model. Moved from, it may only be assigned to or destroyed.
/// Cost: one virtual call per row or batch. Threading: immutable.
class AnyModel {
public:
    using Input = Row;
    static constexpr Format format{"ANYM", 1};

    template <class M>
    requires(!std::same_as<M, AnyModel> && FittedModel<M>) AnyModel(M model)
        : held_{new detail::HeldModel<M>{std::move(model)}} {}

    AnyModel(const AnyModel& other) noexcept : held_{other.held_} { held_->owners.add(1); }
    AnyModel(AnyModel&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
    AnyModel& operator=(AnyModel other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~AnyModel() {
        // The last owner sees all that the others did: the count is sequentially consistent on its way down.
        if (held_ != nullptr && held_->owners.add_ordered(~std::uint64_t{0}) == 1) delete held_;
    }

    [[nodiscard]] Score score(const Row& row) const noexcept { return held_->score(row); }
    void score_batch(MatrixView rows, std::span<Score> out) const noexcept { held_->score_batch(rows, out); }
    /// \copydoc KMeansModel::attribute
    Score attribute(const Row& row, std::span<double> shares) const noexcept {
        return held_->attribute(row, shares);
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return held_->dimension(); }
    [[nodiscard]] const ScoreCalibration& calibration() const noexcept { return held_->calibration(); }
    /// The model's own; of one that has none, the score that 1 % of the training rows exceed.
    /// \throws std::invalid_argument  the model is not calibrated
    [[nodiscard]] double default_threshold() const { return held_->default_threshold(); }
    /// The four letters of the model's file format: `KMNS`.
    [[nodiscard]] std::string_view tag() const noexcept { return held_->tag(); }

    void write(ByteWriter& writer) const { held_->write(writer); }
    /// Any of the models of this library. \throws FormatError  something else
    [[nodiscard]] static AnyModel read(ByteReader& reader, std::uint16_t version);

private:
    detail::ErasedModel* held_;
};

/// Judges rows by some model, with its default threshold.
using AnyModelDetector = StreamingDetector<AnyModel, FixedThreshold>;

}  // namespace sonde
