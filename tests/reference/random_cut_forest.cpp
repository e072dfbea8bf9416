// SPDX-License-Identifier: Apache-2.0
// What random_cut_forest_test.py compares with its own: random_cut_forest FILE reads `rows features trees sample_size
// half_life queries`, the rows and the queries. It learns the rows, writes the forest to FILE, and per query a line
// `score share share ...`.
#include "sonde/models/random_cut_forest.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace {

double number() {
    double value = 0;
    if (std::scanf("%lf", &value) != 1) std::exit(EXIT_FAILURE);
    return value;
}

std::size_t count() { return static_cast<std::size_t>(number()); }

std::vector<float> row_of(std::size_t features) {
    std::vector<float> row;
    for (std::size_t i = 0; i < features; ++i) row.push_back(static_cast<float>(number()));
    return row;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return EXIT_FAILURE;
    const std::size_t rows = count();
    sonde::RandomCutForestOptions options;
    options.dimension = count();
    options.trees = count();
    options.sample_size = count();
    options.half_life = number();
    const std::size_t queries = count();
    sonde::RandomCutForest forest{options};
    for (std::size_t i = 0; i < rows; ++i) forest.learn(row_of(options.dimension));
    const auto bytes = sonde::to_bytes(forest);
    std::ofstream{argv[1], std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                   static_cast<std::streamsize>(bytes.size()));
    std::vector<double> shares(options.dimension);
    for (std::size_t i = 0; i < queries; ++i) {
        std::printf("%.17g", forest.attribute(row_of(options.dimension), shares).value);
        for (const double share : shares) std::printf(" %.17g", share);
        std::printf("\n");
    }
}
