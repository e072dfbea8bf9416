// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "sonde/core/bits.hpp"
#include "sonde/core/concepts.hpp"
#include "sonde/core/matrix_view.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/core/score.hpp"
#include "sonde/detectors/streaming_detector.hpp"

namespace sonde {

namespace detail {

/// A number and a row that no detector takes. Made from bits, which `-ffast-math` leaves alone.
[[nodiscard]] inline double no_number() noexcept { return detail::bit_cast<double>(0x7ff8'0000'0000'0000U); }
[[nodiscard]] inline float no_float() noexcept { return detail::bit_cast<float>(0x7fc0'0000U); }

/// What an AnyDetector asks of the detector that it holds.
class ErasedDetector {
public:
    virtual ~ErasedDetector() = default;
    [[nodiscard]] virtual ErasedDetector* clone() const = 0;
    [[nodiscard]] virtual bool takes_rows() const noexcept = 0;
    [[nodiscard]] virtual bool explains() const noexcept = 0;
    [[nodiscard]] virtual Score score_number(double x) const noexcept = 0;
    [[nodiscard]] virtual Score score_row(Row row) const noexcept = 0;
    virtual Verdict observe_number(double x) noexcept = 0;
    virtual Verdict observe_row(Row row) noexcept = 0;
    virtual void observe_batch(MatrixView rows, std::span<Verdict> out) noexcept = 0;
    virtual Score attribute(Row row, std::span<double> shares) const = 0;
    [[nodiscard]] virtual DetectorCounts counts() const noexcept = 0;
};

template <class D>
class HeldDetector;

}  // namespace detail

/// What an AnyDetector can hold: a copyable detector of numbers, or one of rows that takes batches.
template <class D>
concept ErasableDetector = Detector<D> && std::copy_constructible<D> &&
    (std::same_as<typename D::Input, double> || (std::same_as<typename D::Input, Row> && BatchDetector<D>));

/// Some detector, chosen while the program runs: for tools, tables and configuration files.
///
/// Takes numbers and rows, whichever the detector inside wants: a row of one feature is a number to a
/// detector of numbers, a number is a row of one feature to a detector of rows; anything else is bad input,
/// counted there. Copies are deep. Moved from, it may only be assigned to or destroyed.
/// Cost: one virtual call per observation or batch. Threading: as the detector inside, single-writer.
class AnyDetector {
public:
    template <class D>
    requires(!std::same_as<D, AnyDetector> && ErasableDetector<D>) AnyDetector(D detector)
        : held_{new detail::HeldDetector<D>{std::move(detector)}} {}

    AnyDetector(const AnyDetector& other) : held_{other.held_->clone()} {}
    AnyDetector(AnyDetector&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
    AnyDetector& operator=(AnyDetector other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    ~AnyDetector() { delete held_; }

    /// True when the detector inside wants rows, false when it wants numbers.
    [[nodiscard]] bool takes_rows() const noexcept { return held_->takes_rows(); }
    /// True when `attribute` can tell something.
    [[nodiscard]] bool explains() const noexcept { return held_->explains(); }

    [[nodiscard]] Score score(double x) const noexcept { return held_->score_number(x); }
    [[nodiscard]] Score score(Row row) const noexcept { return held_->score_row(row); }

    /// Judges, then learns.
    Verdict observe(double x) noexcept { return held_->observe_number(x); }
    Verdict observe(Row row) noexcept { return held_->observe_row(row); }

    /// As the detector's own `observe_batch`. To a detector of numbers the rows are a stream: one is judged
    /// after the one before is learned.
    void observe_batch(MatrixView rows, std::span<Verdict> out) noexcept { held_->observe_batch(rows, out); }

    /// As the detector's own `attribute`; zeros and the score of a detector that does not explain itself.
    Score attribute(Row row, std::span<double> shares) const { return held_->attribute(row, shares); }

    /// What it said so far; of a detector that does not count, since it is held here.
    [[nodiscard]] DetectorCounts counts() const noexcept { return held_->counts(); }

private:
    detail::ErasedDetector* held_;
};

namespace detail {

template <class D>
class HeldDetector final : public ErasedDetector {
public:
    explicit HeldDetector(D detector) : detector_{std::move(detector)} {}

    [[nodiscard]] ErasedDetector* clone() const override { return new HeldDetector{*this}; }
    [[nodiscard]] bool takes_rows() const noexcept override { return is_of_rows; }
    [[nodiscard]] bool explains() const noexcept override { return Explainer<D> && is_of_rows; }

    [[nodiscard]] Score score_number(double x) const noexcept override {
        if constexpr (is_of_rows) {
            const float feature = as_float(x);
            return detector_.score(Row{&feature, 1});
        } else {
            return detector_.score(x);
        }
    }
    [[nodiscard]] Score score_row(Row row) const noexcept override {
        if constexpr (is_of_rows)
            return detector_.score(row);
        else
            return detector_.score(as_number(row));
    }

    Verdict observe_number(double x) noexcept override {
        if constexpr (is_of_rows) {
            const float feature = as_float(x);
            return counted(detector_.observe(Row{&feature, 1}));
        } else {
            return counted(detector_.observe(x));
        }
    }
    Verdict observe_row(Row row) noexcept override {
        if constexpr (is_of_rows)
            return counted(detector_.observe(row));
        else
            return counted(detector_.observe(as_number(row)));
    }
    void observe_batch(MatrixView rows, std::span<Verdict> out) noexcept override {
        const std::size_t count = rows.rows() < out.size() ? rows.rows() : out.size();
        if constexpr (is_of_rows) {
            detector_.observe_batch(rows, out);
            for (std::size_t i = 0; i < count; ++i) counted(out[i]);
        } else {
            for (std::size_t i = 0; i < count; ++i) out[i] = observe_row(rows.row(i));
        }
    }

    Score attribute(Row row, std::span<double> shares) const override {
        if constexpr (Explainer<D> && is_of_rows) {
            return detector_.attribute(row, shares);
        } else {
            for (double& share : shares) share = 0;
            return score_row(row);
        }
    }

    [[nodiscard]] DetectorCounts counts() const noexcept override {
        if constexpr (counts_itself)
            return detector_.counts();
        else
            return counts_;
    }

private:
    static constexpr bool is_of_rows = std::same_as<typename D::Input, Row>;
    static constexpr bool counts_itself = requires(const D& d) {
        { d.counts() } -> std::convertible_to<DetectorCounts>;
    };

    static double as_number(Row row) noexcept {
        // Bad floats are looked for by their bits: a conversion may lose what it should not under -ffast-math.
        return row.size() == 1 && is_finite(row[0]) ? static_cast<double>(row[0]) : no_number();
    }
    static float as_float(const double& x) noexcept {
        const bool fits = is_finite(x) && abs(x) <= static_cast<double>((std::numeric_limits<float>::max)());
        return fits ? static_cast<float>(x) : no_float();
    }
    Verdict counted(const Verdict& verdict) noexcept {
        if constexpr (!counts_itself) counts_.add(verdict);
        return verdict;
    }

    D detector_;
    DetectorCounts counts_;
};

}  // namespace detail
}  // namespace sonde
