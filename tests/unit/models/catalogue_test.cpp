// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/catalogue.hpp"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sonde/core/rng.hpp"
#include "sonde/models/fit_isolation_forest.hpp"
#include "sonde/models/fit_knn.hpp"
#include "sonde/models/scaled_model.hpp"
#include "support/catch.hpp"

using namespace sonde;
using Catch::Matchers::ContainsSubstring;
using Settings = std::vector<DetectorSetting>;

namespace {

/// A cloud of three features, of which the last depends on the first; behind it anomalies in a corner.
struct Toy {
    static constexpr std::size_t normal = 250, anomalies = 20;
    std::vector<float> values;
    std::vector<std::uint8_t> labels;

    Toy() {
        Rng rng{1};
        for (std::size_t i = 0; i < normal + anomalies; ++i) {
            const double shift = i < normal ? 0 : 9;
            const double x = rng.normal(), y = rng.normal();
            for (const double feature : {x, y, x + 0.3 * rng.normal()})
                values.push_back(static_cast<float>(feature + shift));
            labels.push_back(i < normal ? 0 : 1);
        }
    }
};
const Toy toy;

/// With labels all rows, without the normal ones.
TrainingData data_for(const ModelEntry& entry) {
    if (entry.supervised)
        return {.rows = {toy.values.data(), Toy::normal + Toy::anomalies, 3}, .labels = toy.labels};
    return {.rows = {toy.values.data(), Toy::normal, 3}};
}

AnyModel fitted(const ModelEntry& entry, const Settings& settings = {}) {
    return fit_model(entry.name, data_for(entry), settings);
}

const ModelEntry& entry_of(std::string_view name) {
    for (const ModelEntry& entry : model_catalogue())
        if (entry.name == name) return entry;
    throw std::logic_error{std::string{name}};
}

/// What an option counts beside.
Settings needed_by(std::string_view model, std::string_view option) {
    if (model == "mahalanobis" && option == "shrinkage") return {{"estimate", "fixed"}};
    if (model == "mahalanobis" && (option == "support" || option == "seed")) return {{"estimate", "robust"}};
    return {};
}

Settings with(Settings beside, std::string_view option, std::string_view value) {
    beside.push_back({std::string{option}, std::string{value}});
    return beside;
}

}  // namespace

TEST_CASE("Model catalogue: each entry says what it is for and what can be set, under names of their own",
          "[models]") {
    REQUIRE(model_catalogue().size() >= 15);
    CHECK(model_catalogue()[0].name == "default");
    std::set<std::string_view> names;
    for (const auto table : {detector_catalogue(), stream_model_catalogue()})
        for (const DetectorEntry& entry : table) CHECK(names.insert(entry.name).second);
    for (const ModelEntry& entry : model_catalogue()) {
        INFO(entry.name);
        CHECK(names.insert(entry.name).second);
        CHECK_FALSE(entry.purpose.empty());
        std::set<std::string_view> options;
        for (const auto table : {entry.options, common_model_options()}) {
            for (const DetectorOption& option : table) {
                CHECK(options.insert(option.name).second);
                CHECK_FALSE(option.help.empty());
                CHECK_FALSE(option.default_value.empty());
                CHECK_FALSE(option.allowed.empty());
            }
        }
    }
}

TEST_CASE("Model catalogue: with defaults each finds what lies far out, and is the same read from bytes",
          "[models]") {
    const float far[] = {9, 9, 9}, usual[] = {0.1F, -0.2F, 0.1F};
    for (const ModelEntry& entry : model_catalogue()) {
        INFO(entry.name);
        const AnyModel model = fitted(entry);
        CHECK(model.dimension() == 3);
        CHECK(model.score(far).value > model.default_threshold());
        CHECK(model.score(usual).value <= model.default_threshold());
        const AnyModel copy = from_bytes<AnyModel>(to_bytes(model));
        CHECK(copy.score(far) == model.score(far));
        CHECK(copy.default_threshold() == model.default_threshold());
    }
}

TEST_CASE("Model catalogue: setting an option to its default changes nothing", "[models]") {
    for (const ModelEntry& entry : model_catalogue()) {
        for (const DetectorOption& option : entry.options) {
            INFO(entry.name << " " << option.name);
            const Settings beside = needed_by(entry.name, option.name);
            CHECK(to_bytes(fitted(entry, with(beside, option.name, option.default_value))) ==
                  to_bytes(fitted(entry, beside)));
        }
    }
}

TEST_CASE("Model catalogue: every option is read, and what is no value of it is refused by its name",
          "[models]") {
    for (const ModelEntry& entry : model_catalogue()) {
        for (const auto table : {entry.options, common_model_options()}) {
            for (const DetectorOption& option : table) {
                for (const std::string wrong : {"", "?", "-1", "nan", "1e999"}) {
                    INFO(entry.name << " " << option.name << " " << wrong);
                    const Settings settings = with(needed_by(entry.name, option.name), option.name, wrong);
                    try {
                        static_cast<void>(fitted(entry, settings));
                        FAIL_CHECK("taken");
                    } catch (const SettingError& error) {
                        CHECK(error.setting.name == option.name);
                        CHECK(error.setting.value == wrong);
                        CHECK_FALSE(error.allowed.empty());
                    }
                    CHECK_THROWS_AS(check_model_settings(entry.name, settings), SettingError);
                }
            }
        }
    }
}

TEST_CASE("Model catalogue: a value that is not the default gives another model", "[models]") {
    struct Change {
        std::string_view model;
        DetectorSetting setting;
    };
    const std::vector<Change> changes{
        {"default", {"reference-rows", "20"}},
        {"default", {"seed", "2"}},
        {"isolation-forest", {"trees", "3"}},
        {"isolation-forest", {"sample-size", "16"}},
        {"isolation-forest", {"seed", "2"}},
        {"knn", {"neighbours", "9"}},
        {"lof", {"neighbours", "9"}},
        {"dbscan", {"eps", "0.7"}},
        {"dbscan", {"min-points", "3"}},
        {"kmeans", {"clusters", "2"}},
        {"kmeans", {"restarts", "1"}},
        {"kmeans", {"form", "scaled"}},
        {"kmeans", {"seed", "2"}},
        {"lesinn", {"samples", "5"}},
        {"lesinn", {"sample-size", "3"}},
        {"lesinn", {"seed", "2"}},
        {"mahalanobis", {"estimate", "robust"}},
        {"mahalanobis", {"shrinkage", "0.5"}},
        {"mahalanobis", {"support", "0.9"}},
        {"pca", {"form", "residual"}},
        {"pca", {"components", "1"}},
        {"pca", {"variance-share", "0.5"}},
        {"hbos", {"form", "dynamic-width"}},
        {"hbos", {"bins", "5"}},
        {"one-class-svm", {"nu", "0.1"}},
        {"one-class-svm", {"kernel", "linear"}},
        {"one-class-svm", {"gamma", "3"}},
        {"svc", {"c", "0.001"}},
        {"svc", {"kernel", "linear"}},
        {"svc", {"gamma", "3"}},
        {"svc", {"seed", "2"}},
        {"random-forest", {"trees", "3"}},
        {"random-forest", {"seed", "2"}},
        {"autoencoder", {"units", "5"}},
        {"autoencoder", {"code", "2"}},
        {"autoencoder", {"activation", "relu"}},
        {"autoencoder", {"error", "absolute"}},
        {"autoencoder", {"epochs", "2"}},
        {"autoencoder", {"batch", "9"}},
        {"autoencoder", {"learning-rate", "0.01"}},
        {"autoencoder", {"layers", "5-2"}},
        {"autoencoder", {"output-activation", "tanh"}},
        {"autoencoder", {"loss", "huber"}},
        {"autoencoder", {"weight-decay", "1"}},
        {"autoencoder", {"dropout", "0.5"}},
        {"autoencoder", {"noise", "0.5"}},
        {"autoencoder", {"held-out", "0.5"}},
        {"autoencoder", {"seed", "2"}},
        {"decision-tree", {"min-samples-leaf", "260"}},
        {"random-forest", {"min-samples-leaf", "260"}},
        {"knn", {"scaling", "none"}},
        {"knn", {"scaling", "robust"}},
    };
    for (const auto& [model, setting] : changes) {
        INFO(model << " " << setting.name);
        const Settings beside = needed_by(model, setting.name);
        CHECK(to_bytes(fitted(entry_of(model), with(beside, setting.name, setting.value))) !=
              to_bytes(fitted(entry_of(model), beside)));
    }
}

TEST_CASE("Model catalogue: an option that would be ignored is refused", "[models]") {
    for (const char* option : {"shrinkage", "support", "seed"})
        CHECK_THROWS_AS(fitted(entry_of("mahalanobis"), {{option, "0.6"}}), SettingError);
    for (const char* option : {"units", "code"})
        CHECK_THROWS_AS(fitted(entry_of("autoencoder"), {{"layers", "5-2-5"}, {option, "5"}}), SettingError);
    CHECK_THROWS_WITH(
        fitted(entry_of("autoencoder"), {{"loss", "cross-entropy"}}),
        "autoencoder: loss is cross-entropy, must be another unless output-activation is sigmoid");
    CHECK_THROWS_WITH(
        fitted(entry_of("autoencoder"), {{"error", "cross-entropy"}}),
        "autoencoder: error is cross-entropy, must be another unless output-activation is sigmoid");
    CHECK_THROWS_WITH(
        fitted(entry_of("default"), {{"scaling", "robust"}}),
        "default: scaling is robust, must be left out unless another model than default is asked for");
}

TEST_CASE("Model catalogue: what is trained in epochs can be stopped and go on; others refuse a checkpoint",
          "[models]") {
    const auto& entry = entry_of("autoencoder");
    CHECK(entry.in_epochs);
    TrainingData data = data_for(entry);
    const auto stop = [](const FitProgress& now) { return now.done < 3; };
    std::vector<TrainingState> states;
    const auto keep = [&](const TrainingState& state) { states.push_back(state); };
    data.progress = stop;
    data.checkpoint = {.save = keep, .keep_when_ended = true};
    static_cast<void>(fit_model("autoencoder", data, {{"epochs", "6"}}));
    REQUIRE(states.size() == 3);
    TrainingData rest = data_for(entry);
    rest.checkpoint.resume_from = &states.back();
    CHECK(to_bytes(fit_model("autoencoder", rest, {{"epochs", "6"}})) ==
          to_bytes(fitted(entry, {{"epochs", "6"}})));
    CHECK_THROWS_WITH(fit_model("knn", data), ContainsSubstring("knn is not trained in epochs"));
}

TEST_CASE("Model catalogue: an error says what there is", "[models]") {
    const TrainingData data = data_for(entry_of("knn"));
    CHECK_THROWS_WITH(
        fit_model("forest", data),
        ContainsSubstring("fit_model: model is forest, must be default, isolation-forest, knn") &&
            ContainsSubstring("random-forest or autoencoder"));
    CHECK_THROWS_WITH(check_model_settings("forest", {}),
                      ContainsSubstring("must be default, isolation-forest"));
    CHECK_THROWS_WITH(fit_model("knn", data, {{"trees", "5"}}),
                      "knn: option is trees, must be neighbours or scaling");
    CHECK_THROWS_WITH(fit_model("isolation-forest", data, {{"trees", "0"}}),
                      "isolation-forest: trees is 0, must be a whole number in [1, 1048576]");
    CHECK_THROWS_WITH(fit_model("dbscan", data, {{"min-points", "2000"}}),
                      "dbscan: min-points is 2000, must be a whole number in [1, 1024]");
    CHECK_THROWS_WITH(fit_model("knn", data, {{"scaling", "log"}}),
                      "knn: scaling is log, must be none, standard, robust, robust-asinh or range");
}

TEST_CASE("Model catalogue: rows and labels are looked at before a fit", "[models]") {
    for (const ModelEntry& entry : model_catalogue()) {
        INFO(entry.name);
        CHECK_THROWS_AS(fit_model(entry.name, {}), std::invalid_argument);
        CHECK_NOTHROW(check_model_settings(entry.name, {}));
    }
    for (const char* name : {"svc", "decision-tree", "random-forest"}) {
        TrainingData data = data_for(entry_of(name));
        REQUIRE(entry_of(name).supervised);
        data.labels = {};
        CHECK_THROWS_WITH(
            fit_model(name, data),
            ContainsSubstring("number of labels is 0, must be one per row: " + std::string{name}));
    }
}

TEST_CASE("Model catalogue: features are scaled by the model itself", "[models]") {
    // A feature a million times as large as the other, which drowns it in plain distances.
    Rng rng{3};
    std::vector<float> values;
    for (int i = 0; i < 200; ++i) {
        values.push_back(static_cast<float>(rng.normal()));
        values.push_back(static_cast<float>(1e6 * rng.normal()));
    }
    const MatrixView rows{values.data(), 200, 2};
    const float odd[] = {9, 1e4F};
    for (const char* scaling : {"standard", "robust", "robust-asinh", "range"}) {
        INFO(scaling);
        const AnyModel model = fit_model("knn", {.rows = rows}, {{"scaling", scaling}});
        CHECK(model.tag() == ScaledModel::format.tag);
        CHECK(model.score(odd).value > model.default_threshold());
    }
    const AnyModel plain = fit_model("knn", {.rows = rows}, {{"scaling", "none"}});
    CHECK(to_bytes(plain) == to_bytes(AnyModel{fit_knn(rows)}));
    CHECK(plain.score(odd).value < plain.default_threshold());
    const FeatureScaling standard{rows, Scaling::standard};
    const auto scaled = standard.apply(rows);
    CHECK(to_bytes(fit_model("knn", {.rows = rows})) ==
          to_bytes(AnyModel{ScaledModel{standard, fit_knn({scaled.data(), 200, 2})}}));
}

TEST_CASE("Model catalogue: progress is told, and can end a fit", "[models]") {
    std::size_t done = 0, total = 0;
    auto follow = [&](const FitProgress& now) {
        done = now.done;
        total = now.total;
        return true;
    };
    TrainingData data = data_for(entry_of("isolation-forest"));
    data.progress = follow;
    static_cast<void>(fit_model("isolation-forest", data, {{"trees", "40"}}));
    CHECK(done > 0);
    CHECK(done == total);
    auto stop = [](const FitProgress&) { return false; };
    data.progress = stop;
    CHECK_THROWS_AS(fit_model("isolation-forest", data), FitCancelled);
}
