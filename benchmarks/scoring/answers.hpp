// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a program that is timed talks: see contender.cpp.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/matrix_view.hpp"

namespace sonde::benchmark {

struct Rows {
    std::vector<float> values;
    std::size_t rows = 0, cols = 0;
    [[nodiscard]] MatrixView view() const { return {values.data(), rows, cols}; }
};

/// Scores rows. What is timed does nothing else: `batch` scores all at once, `row` one after the other.
struct Model {
    std::function<void(MatrixView rows)> batch, row;
    std::function<std::vector<double>(MatrixView rows)> scores;
};

inline std::ifstream open(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path};
    return file;
}

inline Rows read_rows(const std::string& path) {
    std::ifstream file = open(path);
    std::uint64_t shape[2] = {};
    file.read(reinterpret_cast<char*>(shape), sizeof shape);
    Rows rows{std::vector<float>(shape[0] * shape[1]), shape[0], shape[1]};
    file.read(reinterpret_cast<char*>(rows.values.data()),
              static_cast<std::streamsize>(rows.values.size() * sizeof(float)));
    if (!file) throw std::runtime_error{path + " is too short"};
    return rows;
}

inline std::vector<std::uint8_t> read_labels(const std::string& path, std::size_t rows) {
    std::vector<std::uint8_t> labels(path == "-" ? 0 : rows);
    if (path != "-")
        open(path).read(reinterpret_cast<char*>(labels.data()), static_cast<std::streamsize>(labels.size()));
    return labels;
}

inline double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds per row, as often as 50 ms take.
inline double time_per_row(MatrixView rows, const std::function<void(MatrixView)>& score) {
    std::size_t rounds = 0;
    const auto start = std::chrono::steady_clock::now();
    do {
        score(rows);
        ++rounds;
    } while (seconds_since(start) < 0.05);
    return seconds_since(start) / static_cast<double>(rounds * rows.rows());
}

/// Rows that stay in the cache, as the one that a server has just made is there.
inline MatrixView cached(const Rows& rows) {
    constexpr std::size_t most = 1 << 15;
    return {rows.values.data(), std::min(rows.rows, most / (rows.cols * sizeof(float)) + 1), rows.cols};
}

/// Says how long the fit took, then answers standard input until it ends.
inline void answer_all(const Model& model, double fit_seconds) {
    std::printf("fit %.9g\n", fit_seconds);
    std::fflush(stdout);
    std::map<std::string, Rows> known;  // timing asks for the same rows again and again
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words{line};
        std::string verb, path, out;
        words >> verb >> path >> out;
        if (!known.contains(path)) known.emplace(path, read_rows(path));
        const Rows& rows = known.at(path);
        if (verb == "score") {
            const auto scores = model.scores(rows.view());
            std::ofstream{out, std::ios::binary}.write(reinterpret_cast<const char*>(scores.data()),
                                                       static_cast<std::streamsize>(8 * scores.size()));
            std::printf("done\n");
        } else {
            std::printf("%.9g\n", verb == "batch" ? time_per_row(rows.view(), model.batch)
                                                  : time_per_row(cached(rows), model.row));
        }
        std::fflush(stdout);
    }
}

}  // namespace sonde::benchmark
