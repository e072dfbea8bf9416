// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "column_names.hpp"

namespace sonde::tool {

/// What the command line says of the columns of a table; empty: find out.
struct FeatureChoice {
    std::optional<bool> header;
    std::vector<std::string> columns;      ///< names or numbers from 1
    std::optional<std::string> timestamp;  ///< a name, a number from 1, or `none`
    std::optional<std::string> label;      ///< a name or a number from 1
    std::string asked_by = "--columns";    ///< who wants these columns
};

/// Where in a row the features are.
struct Features {
    std::vector<std::size_t> columns;
    /// One per feature, for the output and for finding it again in another file: the column's name, or its
    /// number where it has none of its own.
    std::vector<std::string> names;
    std::vector<std::string> shown;  ///< for messages: `'latency'` or `column 2`
    std::optional<std::size_t> timestamp, label;
    std::string note;  ///< what a user should hear about a guess; empty when there was none
};

/// A list as it stands on the command line: `cpu,latency`, `1,3`, `"a, b",c`.
/// \throws UsageError  an empty name, or wrong quotes
[[nodiscard]] std::vector<std::string> split_names(const std::string& option, std::string list);

/// True when the first row names the columns: as `choose_columns` has it.
/// \throws UsageError  --no-header, and columns chosen by name
[[nodiscard]] bool has_header(Fields first_row, const FeatureChoice& choice);

/// Decides which columns are features: those that were asked for, else all that hold a number in the first row of
/// data and are neither the time (as `choose_columns` finds it) nor the label.
/// \param first_data  only looked at where no columns are asked for
/// \throws UsageError  a column that is not there, that is asked for twice, or is the label; no column is left
[[nodiscard]] Features choose_features(Fields first_row, bool header, Fields first_data,
                                       const FeatureChoice& choice);

}  // namespace sonde::tool
