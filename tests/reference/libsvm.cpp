// SPDX-License-Identifier: Apache-2.0
// What libsvm_test.py compares with libsvm's programs.
//   reference_libsvm write <one-class|svc> <rbf|linear> <probability> <file>   fits to the rows that it reads, writes
//   reference_libsvm read  <one-class|svc> <file>                              reads the model from the file
// From standard input both read `rows features`, then the rows, each with its label in front; they write a line
// `decision score` per row.
#include "sonde/models/libsvm.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sonde/models/fit_one_class_svm.hpp"
#include "sonde/models/fit_svc.hpp"

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

template <class Model>
void judge(const Model& model, sonde::MatrixView rows) {
    for (std::size_t i = 0; i < rows.rows(); ++i)
        std::printf("%.17g %.17g\n", model.decision(rows.row(i)).value_or(0), model.score(rows.row(i)).value);
}

template <class Model>
void write(const Model& model, sonde::MatrixView rows, const char* file) {
    std::ofstream{file} << sonde::write_libsvm(model);
    judge(model, rows);
}

}  // namespace

int main(int, char** arguments) {
    const auto count = static_cast<std::size_t>(number()), features = static_cast<std::size_t>(number());
    std::vector<std::uint8_t> labels;
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i) {
        labels.push_back(number() > 0 ? 1 : 0);
        for (std::size_t j = 0; j < features; ++j) values.push_back(static_cast<float>(number()));
    }
    const sonde::MatrixView rows{values.data(), count, features};
    const bool one_class = std::string{arguments[2]} == "one-class";
    if (std::string{arguments[1]} == "write") {
        const auto kernel =
            std::string{arguments[3]} == "rbf" ? sonde::SvmKernel::rbf : sonde::SvmKernel::linear;
        if (one_class)
            write(sonde::fit_one_class_svm(rows, {.nu = 0.1, .kernel = kernel}), rows, arguments[5]);
        else
            write(sonde::fit_svc(rows, labels, {.kernel = kernel, .probability = arguments[4][0] == '1'}),
                  rows, arguments[5]);
    } else {
        std::stringstream text;
        text << std::ifstream{arguments[3]}.rdbuf();
        if (one_class)
            judge(sonde::read_libsvm_one_class(text.str(), features), rows);
        else
            judge(sonde::read_libsvm_svc(text.str(), features), rows);
    }
}
