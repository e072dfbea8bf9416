// SPDX-License-Identifier: Apache-2.0
// What classification_test.py compares with scikit-learn. Reads `classes zero_division`, then a line
// `predicted actual` per observation; writes a line `figure value` per figure.
#include "sonde/metrics/classification.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace {

void print(const char* figure, double value) { std::printf("%s %.17g\n", figure, value); }

void print_averages(const char* name, sonde::Average average, const sonde::ConfusionMatrix& m, double zero) {
    const auto line = [name](const char* figure, double value) {
        std::printf("%s_%s %.17g\n", figure, name, value);
    };
    line("precision", m.precision(average, zero));
    line("recall", m.recall(average, zero));
    line("f1", m.f1(average, zero));
    line("f_half", m.f_beta(average, 0.5, zero));
    line("f_two", m.f_beta(average, 2, zero));
}

void print_class(std::size_t i, const sonde::ConfusionMatrix& m, double zero) {
    const auto line = [i](const char* figure, double value) {
        std::printf("%s_%zu %.17g\n", figure, i, value);
    };
    line("precision", m.precision(i, zero));
    line("recall", m.recall(i, zero));
    line("f1", m.f1(i, zero));
    line("f_half", m.f_beta(i, 0.5, zero));
    line("f_two", m.f_beta(i, 2, zero));
    line("support", m.classes()[i].actual);
}

}  // namespace

int main() {
    std::size_t classes = 0, predicted = 0, actual = 0;
    double zero = 0;
    if (std::scanf("%zu %lf", &classes, &zero) != 2) return EXIT_FAILURE;
    sonde::Classification quality{{.classes = classes}};
    while (std::scanf("%zu %zu", &predicted, &actual) == 2) quality.observe(predicted, actual);

    const sonde::ConfusionMatrix m = quality.snapshot();
    print("accuracy", m.accuracy(zero));
    print("balanced_accuracy", m.balanced_accuracy(zero));
    print("matthews", m.matthews());
    if (classes == 2) print_averages("binary", sonde::Average::binary, m, zero);
    print_averages("micro", sonde::Average::micro, m, zero);
    print_averages("macro", sonde::Average::macro, m, zero);
    print_averages("weighted", sonde::Average::weighted, m, zero);
    for (std::size_t i = 0; i < classes; ++i) {
        print_class(i, m, zero);
        for (std::size_t j = 0; j < classes; ++j)
            std::printf("cell_%zu_%zu %llu\n", i, j, static_cast<unsigned long long>(m.count(i, j)));
    }
}
