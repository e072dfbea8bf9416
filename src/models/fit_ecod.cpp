// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/fit_ecod.hpp"

#include <string_view>

#include "models/calibrate.hpp"
#include "models/training_rows.hpp"

namespace sonde {

namespace {
constexpr std::string_view where = "fit_ecod";
}  // namespace

EcodModel fit_ecod(MatrixView rows, const EcodOptions& options) {
    detail::check_training_rows(where, rows);
    const EcodModel model{rows};
    detail::report_progress(where, options.progress, {1, 1});
    return model.calibrated(detail::calibration_of(model, rows, options.executor));
}

}  // namespace sonde
