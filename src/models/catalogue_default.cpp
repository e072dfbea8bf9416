// SPDX-License-Identifier: Apache-2.0
// The line of the catalogue to try first.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/fit_default.hpp"

namespace sonde::detail {

namespace {

constexpr DetectorOption default_options[] = {
    {"reference-rows", "rows that neighbours are sought among", "4096", "a whole number in [2, 1048576]"},
    seed_option,
};

AnyModel fit_one_default(const TrainingData& data, const Settings& settings) {
    DefaultModelOptions options{.progress = data.progress, .executor = data.executor};
    settings.read("reference-rows", options.reference_rows, 2, std::uint64_t{1} << 20);
    settings.read("seed", options.seed, 0);
    return fit_default(data.rows, options);
}

}  // namespace

ModelEntry default_entry() noexcept {
    return {"default", "when nothing is known of the rows: four kinds of neighbours that decide together",
            default_options, false, fit_one_default};
}

}  // namespace sonde::detail
