// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stdexcept>

#include "sonde/core/function_ref.hpp"

namespace sonde {

/// Where a fit is. Which steps it counts (iterations, trees, rows) its options say.
struct FitProgress {
    std::size_t done = 0;   ///< at least 1
    std::size_t total = 0;  ///< how many there may be: a fit may need fewer
};

/// Called now and then by a fit, on the thread that fits; false ends the fit.
using FitProgressCallback = FunctionRef<bool(const FitProgress&)>;

/// Thrown by a fit whose progress callback returned false.
class FitCancelled : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace sonde
