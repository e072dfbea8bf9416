// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/confusion.hpp"

#include <algorithm>
#include <cmath>

#include "sonde/core/error.hpp"

namespace sonde {

namespace {

using Class = ClassCounts::Class;

double quotient(double part, double whole, double zero_division) {
    return whole > 0 ? part / whole : zero_division;
}

struct Precision {
    double operator()(const Class& c, double zero_division) const {
        return quotient(c.hits, c.predicted, zero_division);
    }
};

struct Recall {
    double operator()(const Class& c, double zero_division) const {
        return quotient(c.hits, c.actual, zero_division);
    }
};

struct FBeta {
    double beta;

    double operator()(const Class& c, double zero_division) const {
        const double square = beta * beta;
        return quotient((1 + square) * c.hits, square * c.actual + c.predicted, zero_division);
    }
};

Class pooled(std::span<const Class> classes) {
    Class sum;
    for (const Class& c : classes) {
        sum.hits += c.hits;
        sum.predicted += c.predicted;
        sum.actual += c.actual;
    }
    return sum;
}

template <class Figure>
double of(std::span<const Class> classes, std::size_t i, double zero_division, Figure figure) {
    return figure(i < classes.size() ? classes[i] : Class{}, zero_division);
}

template <class Figure>
double mean(std::span<const Class> classes, Average average, double zero_division, Figure figure) {
    if (average == Average::binary) return figure(classes[1], zero_division);
    if (average == Average::micro) return figure(pooled(classes), zero_division);
    double sum = 0, weights = 0;
    for (const Class& c : classes) {
        const bool occurs = c.actual > 0 || c.predicted > 0;
        const double weight = average == Average::weighted ? c.actual : static_cast<double>(occurs);
        if (weight > 0) sum += weight * figure(c, zero_division);
        weights += weight;
    }
    return quotient(sum, weights, zero_division);
}

std::size_t checked(std::size_t classes) {
    if (classes < 2 || classes > 4096)
        fail("ConfusionMatrix", "classes", static_cast<double>(classes), "in [2, 4096]");
    return classes;
}

void check_alike(std::span<const Class> one, std::span<const Class> other) {
    if (one.size() != other.size())
        fail("ConfusionMatrix", "the other's classes", static_cast<double>(other.size()),
             "as many as its own");
}

}  // namespace

ClassCounts::ClassCounts(std::size_t classes) : classes_(checked(classes)) {}

void ClassCounts::add(std::size_t predicted, std::size_t actual, double weight) noexcept {
    if (predicted >= classes_.size() || actual >= classes_.size()) {
        rejected_ += weight;
        return;
    }
    classes_[predicted].predicted += weight;
    classes_[actual].actual += weight;
    if (predicted == actual) classes_[actual].hits += weight;
}

void ClassCounts::merge(const ClassCounts& other) {
    check_alike(classes_, other.classes_);
    for (std::size_t i = 0; i < classes_.size(); ++i) {
        classes_[i].hits += other.classes_[i].hits;
        classes_[i].predicted += other.classes_[i].predicted;
        classes_[i].actual += other.classes_[i].actual;
    }
    rejected_ += other.rejected_;
}

void ClassCounts::subtract(const ClassCounts& earlier) {
    check_alike(classes_, earlier.classes_);
    const auto take = [](double& from, double amount) { from = std::max(0.0, from - amount); };
    for (std::size_t i = 0; i < classes_.size(); ++i) {
        take(classes_[i].hits, earlier.classes_[i].hits);
        take(classes_[i].predicted, earlier.classes_[i].predicted);
        take(classes_[i].actual, earlier.classes_[i].actual);
    }
    take(rejected_, earlier.rejected_);
}

void ClassCounts::decay(double factor) noexcept {
    for (Class& c : classes_) c = {c.hits * factor, c.predicted * factor, c.actual * factor};
    rejected_ *= factor;
}

double ClassCounts::total() const noexcept { return pooled(classes_).actual; }

double ClassCounts::accuracy(double zero_division) const noexcept {
    return Recall{}(pooled(classes_), zero_division);
}

double ClassCounts::balanced_accuracy(double zero_division) const noexcept {
    double sum = 0, labels = 0;
    for (const Class& c : classes_) {
        if (c.actual <= 0) continue;
        sum += c.hits / c.actual;
        labels += 1;
    }
    return quotient(sum, labels, zero_division);
}

double ClassCounts::matthews(double zero_division) const noexcept {
    // In shares of the total, so that squares of large counts lose nothing.
    const Class all = pooled(classes_);
    if (all.actual <= 0) return zero_division;
    double both = all.hits / all.actual, predictions = 1, labels = 1;
    for (const Class& c : classes_) {
        const double predicted = c.predicted / all.actual, actual = c.actual / all.actual;
        both -= predicted * actual;
        predictions -= predicted * predicted;
        labels -= actual * actual;
    }
    const auto alike = [&](double Class::*count) {
        return std::any_of(classes_.begin(), classes_.end(),
                           [&](const Class& c) { return c.*count >= all.actual; });
    };
    if (alike(&Class::predicted) || alike(&Class::actual)) return zero_division;
    return both / std::sqrt(predictions * labels);
}

double ClassCounts::precision(std::size_t of_class, double zero_division) const noexcept {
    return of(classes_, of_class, zero_division, Precision{});
}
double ClassCounts::recall(std::size_t of_class, double zero_division) const noexcept {
    return of(classes_, of_class, zero_division, Recall{});
}
double ClassCounts::f1(std::size_t of_class, double zero_division) const noexcept {
    return f_beta(of_class, 1, zero_division);
}
double ClassCounts::f_beta(std::size_t of_class, double beta, double zero_division) const noexcept {
    return of(classes_, of_class, zero_division, FBeta{beta});
}

double ClassCounts::precision(Average average, double zero_division) const noexcept {
    return mean(classes_, average, zero_division, Precision{});
}
double ClassCounts::recall(Average average, double zero_division) const noexcept {
    return mean(classes_, average, zero_division, Recall{});
}
double ClassCounts::f1(Average average, double zero_division) const noexcept {
    return f_beta(average, 1, zero_division);
}
double ClassCounts::f_beta(Average average, double beta, double zero_division) const noexcept {
    return mean(classes_, average, zero_division, FBeta{beta});
}

ConfusionMatrix::ConfusionMatrix(std::size_t classes) : ClassCounts{classes}, cells_(classes * classes) {}

void ConfusionMatrix::add(std::size_t predicted, std::size_t actual, std::uint64_t times) noexcept {
    ClassCounts::add(predicted, actual, static_cast<double>(times));
    const std::size_t n = classes().size();
    if (predicted < n && actual < n) cells_[predicted * n + actual] += times;
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
    ClassCounts::merge(other);
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
}

void ConfusionMatrix::subtract(const ConfusionMatrix& earlier) {
    ClassCounts::subtract(earlier);
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] -= std::min(cells_[i], earlier.cells_[i]);
}

std::uint64_t ConfusionMatrix::count(std::size_t predicted, std::size_t actual) const noexcept {
    const std::size_t n = classes().size();
    return predicted < n && actual < n ? cells_[predicted * n + actual] : 0;
}

}  // namespace sonde
