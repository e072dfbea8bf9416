// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/models/catalogue.hpp"

// One function per line of the catalogue; each stands beside its kin.
namespace sonde::detail {

[[nodiscard]] ModelEntry default_entry() noexcept;  // catalogue_default.cpp

[[nodiscard]] ModelEntry kmeans_entry() noexcept;  // catalogue_distances.cpp
[[nodiscard]] ModelEntry dbscan_entry() noexcept;
[[nodiscard]] ModelEntry knn_entry() noexcept;
[[nodiscard]] ModelEntry lof_entry() noexcept;
[[nodiscard]] ModelEntry lesinn_entry() noexcept;

[[nodiscard]] ModelEntry mahalanobis_entry() noexcept;  // catalogue_statistics.cpp
[[nodiscard]] ModelEntry pca_entry() noexcept;
[[nodiscard]] ModelEntry ecod_entry() noexcept;
[[nodiscard]] ModelEntry hbos_entry() noexcept;

[[nodiscard]] ModelEntry isolation_forest_entry() noexcept;  // catalogue_trees.cpp
[[nodiscard]] ModelEntry decision_tree_entry() noexcept;
[[nodiscard]] ModelEntry random_forest_entry() noexcept;

[[nodiscard]] ModelEntry one_class_svm_entry() noexcept;  // catalogue_svm.cpp
[[nodiscard]] ModelEntry svc_entry() noexcept;

[[nodiscard]] ModelEntry autoencoder_entry() noexcept;  // catalogue_neural.cpp

[[nodiscard]] DetectorEntry ar_entry() noexcept;  // catalogue_forecasts.cpp
[[nodiscard]] DetectorEntry holt_winters_entry() noexcept;
[[nodiscard]] DetectorEntry seasonal_naive_entry() noexcept;

/// An option that many have.
inline constexpr DetectorOption seed_option{"seed", "which random choices are made", "1", "a whole number"};

}  // namespace sonde::detail
