// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sonde {

/// How the figures of single classes become one.
enum class Average : std::uint8_t {
    binary,    ///< the figure of class 1, the positive one; of another class: ask for that class
    micro,     ///< the counts of all classes pooled; with one label per observation, the accuracy
    macro,     ///< the plain mean over the classes that occur, as a prediction or as a label
    weighted,  ///< the mean weighted by how often a class is the label
};

/// Per class how often it was predicted, was the label, and both: all figures of a classifier follow from
/// these, in 24 bytes a class where the whole matrix takes 8 bytes a pair of classes.
///
/// Counts are weights: whole numbers, exact up to 2^53, or fractions after `decay`. A quotient 0/0 (the
/// precision of a class that was never predicted, any figure of nothing) is `zero_division`, as in
/// scikit-learn. Figures lie in [0, 1], `matthews` in [-1, 1]. Asking costs O(classes) and allocates nothing.
/// Definitions: Sokolova, Lapalme: A systematic analysis of performance measures for classification tasks,
/// Information Processing and Management 45, 2009. Averages as in scikit-learn's
/// `precision_recall_fscore_support` with its default labels; held to it to 1e-12.
/// Threading: single-writer.
class ClassCounts {
public:
    /// What is known of one class.
    struct Class {
        double hits = 0;       ///< predicted and label: true positives
        double predicted = 0;  ///< hits and false positives
        double actual = 0;     ///< hits and false negatives: the support

        friend bool operator==(const Class&, const Class&) = default;
    };

    /// Nothing seen yet, of two classes.
    ClassCounts() : ClassCounts(2) {}
    /// \throws std::invalid_argument  classes is not in [2, 4096]
    explicit ClassCounts(std::size_t classes);

    /// Adds `weight` observations. A class that does not exist is rejected, not learned.
    void add(std::size_t predicted, std::size_t actual, double weight = 1) noexcept;
    /// What one object would hold that saw both streams.
    /// \throws std::invalid_argument  `other` has another number of classes, here and below
    void merge(const ClassCounts& other);
    /// Takes away what `earlier`, an older state of the same stream, had. Never below 0.
    void subtract(const ClassCounts& earlier);
    /// Multiplies all weights. \param factor  in [0, 1]
    void decay(double factor) noexcept;

    [[nodiscard]] std::span<const Class> classes() const noexcept { return classes_; }
    /// Observations that were learned.
    [[nodiscard]] double total() const noexcept;
    /// Observations that named a class that does not exist.
    [[nodiscard]] double rejected() const noexcept { return rejected_; }

    /// The share of predictions that were right.
    [[nodiscard]] double accuracy(double zero_division = 0) const noexcept;
    /// The mean recall over the classes that were a label (Brodersen et al., ICPR 2010).
    [[nodiscard]] double balanced_accuracy(double zero_division = 0) const noexcept;
    /// Matthews' correlation of predictions and labels, for any number of classes (Gorodkin, Computational
    /// Biology and Chemistry 28, 2004). `zero_division` when all predictions or all labels are alike.
    [[nodiscard]] double matthews(double zero_division = 0) const noexcept;

    /// Of the predictions of this class, the share that were right. A class that does not exist has no
    /// counts, here and below.
    [[nodiscard]] double precision(std::size_t of_class, double zero_division = 0) const noexcept;
    /// Of the labels of this class, the share that were predicted.
    [[nodiscard]] double recall(std::size_t of_class, double zero_division = 0) const noexcept;
    /// The harmonic mean of precision and recall.
    [[nodiscard]] double f1(std::size_t of_class, double zero_division = 0) const noexcept;
    /// (1 + beta^2) hits / (beta^2 actual + predicted): recall counts beta times as much as precision
    /// (van Rijsbergen: Information Retrieval, 1979, chapter 7). \param beta  finite, at least 0
    [[nodiscard]] double f_beta(std::size_t of_class, double beta, double zero_division = 0) const noexcept;

    /// \copydoc Average
    [[nodiscard]] double precision(Average average, double zero_division = 0) const noexcept;
    /// \copydoc Average
    [[nodiscard]] double recall(Average average, double zero_division = 0) const noexcept;
    /// \copydoc Average
    [[nodiscard]] double f1(Average average, double zero_division = 0) const noexcept;
    /// \copydoc Average
    [[nodiscard]] double f_beta(Average average, double beta, double zero_division = 0) const noexcept;

    friend bool operator==(const ClassCounts&, const ClassCounts&) = default;

private:
    std::vector<Class> classes_;
    double rejected_ = 0;
};

/// How often each class was predicted for each label, with the figures of `ClassCounts`.
/// Memory: 8 bytes a pair of classes. Threading: single-writer.
class ConfusionMatrix : private ClassCounts {
public:
    /// Nothing seen yet, of two classes.
    ConfusionMatrix() : ConfusionMatrix(2) {}
    /// \throws std::invalid_argument  classes is not in [2, 4096]
    explicit ConfusionMatrix(std::size_t classes);

    /// Adds `times` observations. A class that does not exist is rejected, not learned.
    void add(std::size_t predicted, std::size_t actual, std::uint64_t times = 1) noexcept;
    /// \copydoc ClassCounts::merge
    void merge(const ConfusionMatrix& other);
    /// \copydoc ClassCounts::subtract
    void subtract(const ConfusionMatrix& earlier);

    /// How often `predicted` was said of `actual`; 0 for a class that does not exist.
    [[nodiscard]] std::uint64_t count(std::size_t predicted, std::size_t actual) const noexcept;
    /// The same without the pairs.
    [[nodiscard]] const ClassCounts& by_class() const noexcept { return *this; }

    using ClassCounts::accuracy;
    using ClassCounts::balanced_accuracy;
    using ClassCounts::classes;
    using ClassCounts::f1;
    using ClassCounts::f_beta;
    using ClassCounts::matthews;
    using ClassCounts::precision;
    using ClassCounts::recall;
    using ClassCounts::rejected;
    using ClassCounts::total;

    friend bool operator==(const ConfusionMatrix&, const ConfusionMatrix&) = default;

private:
    std::vector<std::uint64_t> cells_;  // [predicted][actual]
};

}  // namespace sonde
