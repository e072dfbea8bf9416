// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/classification.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <span>
#include <utility>

#include "core/utf8.hpp"
#include "metrics/windows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

namespace {

std::size_t checked_classes(std::size_t classes) {
    if (classes < 2 || classes > 4096)
        fail("Classification", "classes", static_cast<double>(classes), "in [2, 4096]");
    return classes;
}

ClassificationOptions checked(ClassificationOptions options) {
    if (options.half_life < Duration::zero())
        fail("Classification", "half_life", seconds(options.half_life), "at least 0 s");
    if (options.names.empty()) {
        for (std::size_t i = 0; i < options.classes; ++i) options.names.push_back(std::to_string(i));
    }
    for (std::string& name : options.names) name = detail::valid_utf8(name);
    std::vector<std::string> names = options.names;
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
        fail("Classification", "names", *twice, "all different");
    if (names.size() != options.classes)
        fail("Classification", "names", static_cast<double>(names.size()), "as many as classes, or none");
    return options;
}

/// What was counted, where half is gone after every half-life.
struct Aging {
    TimePoint at;
    ClassCounts counts;   ///< of all time, as of `at`
    ClassCounts decayed;  ///< the same, aged

    void advance(TimePoint now, ClassCounts counts_now, Duration half_life) {
        ClassCounts fresh = counts_now;
        fresh.subtract(counts);
        if (now > at) decayed.decay(std::exp2(-seconds(now - at) / seconds(half_life)));
        decayed.merge(fresh);
        at = std::max(at, now);
        counts = std::move(counts_now);
    }
};

/// Calls `use(predicted, actual, n)` for what was counted; the rejected ones are of a class that does not exist.
template <class Use>
void visit_counts(const detail::ThreadCells& cells, std::size_t classes, Use use) noexcept {
    std::array<std::uint64_t, 256> some{};  // at a time: `merge` may not ask for memory
    for (std::size_t first = 0; first < cells.size(); first += some.size()) {
        const std::span part{some.data(), std::min(some.size(), cells.size() - first)};
        cells.totals(first, part);
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (part[i] == 0) continue;
            const std::size_t cell = first + i;
            cell == 0 ? use(classes, classes, part[i])
                      : use((cell - 1) / classes, (cell - 1) % classes, part[i]);
        }
    }
}

}  // namespace

struct Classification::Cold {
    explicit Cold(ClassificationOptions given)
        : options{std::move(given)}, aging{{}, ClassCounts{options.classes}, ClassCounts{options.classes}} {}

    const ClassificationOptions options;
    detail::Windows<ClassCounts> windows;
    std::mutex aging_mutex;
    Aging aging;
};

Classification::Classification(ClassificationOptions options)
    : classes_{checked_classes(options.classes)},
      cells_{1 + classes_ * classes_},
      cold_{new Cold{checked(std::move(options))}} {}

Classification::~Classification() { delete cold_; }

Classification::Snapshot Classification::snapshot() const {
    ConfusionMatrix matrix{classes_};
    visit_counts(cells_, classes_,
                 [&](auto predicted, auto actual, auto n) { matrix.add(predicted, actual, n); });
    return matrix;
}

ClassCounts Classification::counts() const {
    ClassCounts counts{classes_};
    visit_counts(cells_, classes_, [&](auto predicted, auto actual, auto n) {
        counts.add(predicted, actual, static_cast<double>(n));
    });
    return counts;
}

void Classification::tick(TimePoint now) {
    cold_->windows.tick(now, [this] { return counts(); });
    if (cold_->options.half_life == Duration::zero()) return;
    const std::lock_guard lock{cold_->aging_mutex};
    cold_->aging.advance(now, counts(), cold_->options.half_life);
}

std::optional<ClassificationWindow> Classification::window(Duration length, TimePoint now) const {
    return cold_->windows.read(length, now, [this](const ClassCounts& before, Duration covered) {
        ClassificationWindow window{counts(), covered};
        window.subtract(before);
        return window.total() > 0 ? std::optional{std::move(window)} : std::nullopt;
    });
}

std::optional<ClassCounts> Classification::decayed(TimePoint now) const {
    if (cold_->options.half_life == Duration::zero()) return std::nullopt;
    const std::lock_guard lock{cold_->aging_mutex};
    Aging aging = cold_->aging;
    aging.advance(now, counts(), cold_->options.half_life);
    if (aging.decayed.total() < 1e-6) return std::nullopt;
    return std::move(aging.decayed);
}

void Classification::merge(const Classification& other) noexcept {
    visit_counts(other.cells_, other.classes_, [&](auto predicted, auto actual, auto n) {
        const bool known = predicted < classes_ && actual < classes_;
        cells_.add(known ? 1 + predicted * classes_ + actual : rejected_cell, n);
    });
}

namespace {

/// A length of time and what was counted in it.
struct Span {
    std::string name;
    ClassCounts counts;
};

void collect_means(Collector& out, const Span& span) {
    const ClassCounts& counts = span.counts;
    const Label window{"window", span.name};
    out.gauge("_accuracy_ratio", out.help() + " Share of predictions that were right.", counts.accuracy(),
              {window});
    out.gauge("_balanced_accuracy_ratio", out.help() + " Mean recall over the classes that were a label.",
              counts.balanced_accuracy(), {window});
    const auto means = [&](Average average, const char* name) {
        const Label of{"average", name};
        out.gauge("_precision_ratio", out.help() + " Share of a class's predictions that were right.",
                  counts.precision(average), {of, window});
        out.gauge("_recall_ratio", out.help() + " Share of a class's labels that were predicted.",
                  counts.recall(average), {of, window});
        out.gauge("_f1_ratio", out.help() + " Harmonic mean of precision and recall.", counts.f1(average),
                  {of, window});
    };
    if (counts.classes().size() == 2) means(Average::binary, "binary");
    means(Average::macro, "macro");
    means(Average::weighted, "weighted");
}

void collect_classes(Collector& out, const Span& span, const std::vector<std::string>& names) {
    const Label window{"window", span.name};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const ClassCounts::Class& c = span.counts.classes()[i];
        const Label of{"class", names[i]};
        if (c.predicted > 0)
            out.gauge("_class_precision_ratio",
                      out.help() + " Share of this class's predictions that were right.",
                      span.counts.precision(i), {of, window});
        if (c.actual > 0)
            out.gauge("_class_recall_ratio",
                      out.help() + " Share of this class's labels that were predicted.",
                      span.counts.recall(i), {of, window});
    }
}

void collect_matrix(Collector& out, const ConfusionMatrix& matrix, const std::vector<std::string>& names) {
    for (std::size_t actual = 0; actual < names.size(); ++actual) {
        for (std::size_t predicted = 0; predicted < names.size(); ++predicted) {
            if (const std::uint64_t n = matrix.count(predicted, actual); n > 0)
                out.counter("_predictions_total", out.help() + " Predictions by label and prediction.", n,
                            {{"actual", names[actual]}, {"predicted", names[predicted]}});
        }
    }
}

}  // namespace

void Classification::collect(Collector& out, TimePoint now) const {
    const ConfusionMatrix all = snapshot();
    const ClassificationOptions& options = cold_->options;
    out.counter("_rejected_total", out.help() + " Observations of a class that does not exist.", rejected());
    if (all.total() <= 0) return;
    if (classes_ * classes_ <= options.max_series) collect_matrix(out, all, options.names);
    std::vector<Span> spans{{"all", all.by_class()}};
    for (const StandardWindow& standard : standard_windows) {
        if (auto counts = window(standard.length, now))
            spans.push_back({std::string{standard.name}, std::move(*counts)});
    }
    if (auto counts = decayed(now)) spans.push_back({"decayed", std::move(*counts)});
    const bool single = classes_ * (standard_windows.size() + 2) <= options.max_series;
    for (const Span& span : spans) {
        collect_means(out, span);
        if (single) collect_classes(out, span, options.names);
    }
}

}  // namespace sonde
