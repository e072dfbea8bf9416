// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/catalogue.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "detectors/settings.hpp"
#include "models/catalogue_entries.hpp"
#include "models/training_rows.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/scaled_model.hpp"

namespace sonde {

namespace {

constexpr std::string_view scaling_names[] = {"none", "standard", "robust", "robust-asinh", "range"};
constexpr DetectorOption common_options[] = {
    {"scaling", "how features are brought to one scale", "standard",
     "none, standard, robust, robust-asinh or range"},
};

void check_labels(const ModelEntry& entry, const TrainingData& data) {
    if (!entry.supervised) return;
    if (data.labels.size() != data.rows.rows())
        fail("fit_model", "number of labels", static_cast<double>(data.labels.size()),
             std::string{"one per row: "}.append(entry.name).append(" learns from labels"));
}

void check_checkpoint(const ModelEntry& entry, const CheckpointOptions& checkpoint) {
    if (entry.in_epochs) return;
    if (checkpoint.save || checkpoint.resume_from != nullptr || checkpoint.keep_when_ended)
        fail("fit_model", "checkpoint", "given", std::string{entry.name} + " is not trained in epochs: none");
}

detail::Settings settings_of(const ModelEntry& entry, const std::vector<DetectorSetting>& given) {
    return {entry.name, entry.options, given, common_options};
}

Scaling scaling_of(const ModelEntry& entry, const detail::Settings& settings) {
    const bool scales_itself = entry.name == "default";  // each of its members in its way
    auto how = Scaling::standard;
    settings.read("scaling", how, scaling_names);
    settings.only_with("scaling", !scales_itself, "another model than default is asked for");
    return scales_itself ? Scaling::none : how;
}

const ModelEntry& find_entry(std::string_view where, std::string_view name) {
    std::vector<std::string_view> known;
    for (const ModelEntry& entry : model_catalogue()) {
        if (entry.name == name) return entry;
        known.push_back(entry.name);
    }
    fail(where, "model", name, detail::enumerated(known));
}

}  // namespace

std::span<const ModelEntry> model_catalogue() noexcept {
    using namespace detail;
    static const ModelEntry table[] = {
        default_entry(),       isolation_forest_entry(),
        knn_entry(),           lof_entry(),
        dbscan_entry(),        kmeans_entry(),
        lesinn_entry(),        mahalanobis_entry(),
        pca_entry(),           ecod_entry(),
        hbos_entry(),          one_class_svm_entry(),
        svc_entry(),           decision_tree_entry(),
        random_forest_entry(), autoencoder_entry(),
    };
    return table;
}

std::span<const DetectorOption> common_model_options() noexcept { return common_options; }

AnyModel fit_model(std::string_view name, const TrainingData& data,
                   const std::vector<DetectorSetting>& given) {
    const ModelEntry& entry = find_entry("fit_model", name);
    const detail::Settings settings = settings_of(entry, given);
    const Scaling how = scaling_of(entry, settings);
    detail::check_training_rows("fit_model", data.rows);
    check_labels(entry, data);
    check_checkpoint(entry, data.checkpoint);
    if (how == Scaling::none) return entry.fit(data, settings);
    FeatureScaling scaling{data.rows, how};
    const std::vector<float> scaled = scaling.apply(data.rows);
    TrainingData scaled_data = data;
    scaled_data.rows = {scaled.data(), data.rows.rows(), data.rows.cols()};
    return ScaledModel{std::move(scaling), entry.fit(scaled_data, settings)};
}

void check_model_settings(std::string_view name, const std::vector<DetectorSetting>& given) {
    const ModelEntry& entry = find_entry("check_model_settings", name);
    const detail::Settings settings = settings_of(entry, given);
    static_cast<void>(scaling_of(entry, settings));
    try {
        static_cast<void>(entry.fit({}, settings));  // refuses the settings before it refuses to fit no rows
    } catch (const SettingError&) {
        throw;
    } catch (const std::invalid_argument&) {}
}

}  // namespace sonde
