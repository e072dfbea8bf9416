// SPDX-License-Identifier: Apache-2.0
// The lines of the catalogue for support vector machines.
#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "sonde/models/fit_one_class_svm.hpp"
#include "sonde/models/fit_svc.hpp"

namespace sonde::detail {

namespace {

constexpr std::string_view kernel_names[] = {"rbf", "linear"};  // in the order of the enumerators
constexpr DetectorOption kernel_option{"kernel", "how rows are compared", "rbf", "rbf or linear"};
constexpr DetectorOption gamma_option{"gamma", "rbf: the inverse of the squared reach; 0: from the rows", "0",
                                      "0, or in [1e-100, 1e100]"};
constexpr bool is_gamma(double x) { return x == 0 || (x >= 1e-100 && x <= 1e100); }

constexpr DetectorOption one_class_options[] = {
    {"nu", "at most this share of the rows is outside", "0.5", "in [1e-6, 1]"}, kernel_option, gamma_option};

AnyModel fit_one_one_class_svm(const TrainingData& data, const Settings& settings) {
    OneClassSvmOptions options;
    options.progress = data.progress;
    settings.read("nu", options.nu, [](double x) { return x >= 1e-6 && x <= 1; });
    settings.read("kernel", options.kernel, kernel_names);
    settings.read("gamma", options.gamma, is_gamma);
    return fit_one_class_svm(data.rows, options);
}

constexpr DetectorOption svc_options[] = {
    {"c", "what a row on the wrong side costs: the higher, the closer the fit", "1", "in [1e-6, 1e9]"},
    kernel_option,
    gamma_option,
    seed_option,
};

AnyModel fit_one_svc(const TrainingData& data, const Settings& settings) {
    SvcOptions options;
    options.progress = data.progress;
    settings.read("c", options.c, [](double x) { return x >= 1e-6 && x <= 1e9; });
    settings.read("kernel", options.kernel, kernel_names);
    settings.read("gamma", options.gamma, is_gamma);
    settings.read("seed", options.seed, 0);
    return fit_svc(data.rows, data.labels, options);
}

}  // namespace

ModelEntry one_class_svm_entry() noexcept {
    return {"one-class-svm", "for clean training rows and a smooth border around them", one_class_options,
            false, fit_one_one_class_svm};
}
ModelEntry svc_entry() noexcept {
    return {"svc", "with labels: the probability of an anomaly, by a smooth border", svc_options, true,
            fit_one_svc};
}

}  // namespace sonde::detail
