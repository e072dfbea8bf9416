// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sonde {

/// Which rows a model is fitted to and which it is then judged on; ascending, disjoint.
struct Fold {
    std::vector<std::size_t> train, test;
};

/// `folds` parts of about equal size, each the test rows once. With labels each part has its share of every class
/// (stratified), so that rare anomalies are not all in one. For rows without an order in time.
/// \param labels  none, or one per row. \param folds  in [2, rows]
/// \throws std::invalid_argument  an argument is out of range
[[nodiscard]] std::vector<Fold> k_folds(std::size_t rows, std::size_t folds,
                                        std::span<const std::uint8_t> labels = {}, std::uint64_t seed = 1);

/// For rows in the order of time: rows are cut into `folds` + 1 parts, and fold i is fitted to all parts up to i
/// and tested on the next, so that nothing is learned from the future (Hyndman, Athanasopoulos: Forecasting,
/// 3rd ed., 2021, section 5.10). \param folds  in [1, rows - 1]
/// \throws std::invalid_argument  an argument is out of range
[[nodiscard]] std::vector<Fold> forward_chaining(std::size_t rows, std::size_t folds);

}  // namespace sonde
