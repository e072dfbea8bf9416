// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace sonde::detail {

/// What the registry has to know of a kind of metric before it makes one. A later kind is its class, with
/// `collect` and perhaps `tick`, one of these, and the function of `Registry` that users call.
struct MetricKind {
    std::string_view word;                      ///< for messages
    std::string_view suffix;                    ///< what a name must end in; the rest is the stem
    std::span<const std::string_view> exports;  ///< what stands behind the stem in exported names
    std::span<const std::string_view> labels;   ///< names that the metric puts there itself
};

// A counter takes its name without `_total` too: it is the name of the family in OpenMetrics.
inline constexpr std::string_view counter_exports[]{"_total", ""};
inline constexpr MetricKind counter_kind{"counter", "_total", counter_exports, {}};

inline constexpr std::string_view gauge_exports[]{""};
inline constexpr MetricKind gauge_kind{"gauge", "", gauge_exports, {}};

inline constexpr MetricKind up_down_counter_kind{"up-down counter", "", gauge_exports, {}};

inline constexpr std::string_view histogram_exports[]{"", "_bucket", "_sum", "_count", "_window"};
inline constexpr std::string_view histogram_labels[]{"window", "p"};
inline constexpr MetricKind histogram_kind{"histogram", "", histogram_exports, histogram_labels};

inline constexpr std::string_view latency_exports[]{"_seconds", "_seconds_bucket", "_seconds_sum",
                                                    "_seconds_count", "_window_seconds"};
inline constexpr MetricKind latency_kind{"latency", "_seconds", latency_exports, histogram_labels};

inline constexpr std::string_view throughput_exports[]{"_total", "", "_per_second"};
inline constexpr std::string_view throughput_labels[]{"window"};
inline constexpr MetricKind throughput_kind{"throughput", "_total", throughput_exports, throughput_labels};

inline constexpr std::string_view error_rate_exports[]{"_total", "", "_error_ratio", "_error_lower_ratio",
                                                       "_error_upper_ratio"};
inline constexpr std::string_view error_rate_labels[]{"window", "outcome", "reason"};
inline constexpr MetricKind error_rate_kind{"error rate", "_total", error_rate_exports, error_rate_labels};

inline constexpr std::string_view classification_exports[]{
    "_rejected_total", "_rejected",        "_predictions_total",     "_predictions",
    "_accuracy_ratio", "_precision_ratio", "_class_precision_ratio", "_balanced_accuracy_ratio",
    "_recall_ratio",   "_f1_ratio",        "_class_recall_ratio"};
inline constexpr std::string_view classification_labels[]{"window", "average", "class", "actual",
                                                          "predicted"};
inline constexpr MetricKind classification_kind{"classification", "", classification_exports,
                                                classification_labels};

inline constexpr std::string_view label_join_exports[]{"_labels_total", "_labels", "_predictions_lost_total",
                                                       "_predictions_lost", "_predictions_pending"};
inline constexpr std::string_view label_join_labels[]{"outcome", "reason"};
inline constexpr MetricKind label_join_kind{"label join", "", label_join_exports, label_join_labels};

// Those with the unit in them are added when it is known.
inline constexpr std::string_view utilization_exports[]{"_used_ratio"};
inline constexpr MetricKind utilization_kind{"utilization", "", utilization_exports, {}};

}  // namespace sonde::detail
