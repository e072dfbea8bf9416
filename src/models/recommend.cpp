// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/recommend.hpp"

#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/scaled_model.hpp"

namespace sonde {

namespace {

// With fewer labelled anomalies five folds have less than four each to tell candidates apart by.
constexpr std::size_t enough_labels = 20;

/// Microseconds of a score on one core, at most, for so many features: rounded up from docs/benchmarks.md.
double cost_of(std::string_view name, std::size_t features) {
    const auto d = static_cast<double>(features);
    if (name == "default") return 10 + 4 * d;  // two searches among 4096 rows
    if (name == "knn" || name == "lof" || name == "dbscan") return 10 + 2 * d;
    if (name == "random-cut-forest") return 10 + 0.4 * d;
    if (name == "random-forest") return 4;
    if (name == "lesinn") return 4 + 0.05 * d;
    if (name == "ecod") return 0.2 + 0.04 * d;
    if (name == "isolation-forest") return 2;
    if (name == "mahalanobis") return 0.1 + 1e-4 * d * d;
    if (name == "streaming-kmeans") return 0.2 + 0.02 * d;
    return 0.1 + 0.02 * d;  // a pass over the features
}

struct Rules {
    const DataProfile& profile;
    std::vector<Recommendation> chosen{};

    void add(std::string_view name, std::string_view reason) {
        if (profile.microseconds > 0 && cost_of(name, profile.features) > profile.microseconds) return;
        chosen.push_back({name, reason});
    }
};

void for_streams(Rules& rules) {
    if (rules.profile.features == 1) {
        rules.add("sliding-window", "one number whose level moves: the last values are the reference");
        rules.add("kmeans-stream", "one number with habits that repeat: several models have to agree");
        rules.add("gaussian", "one number with one level: the cheapest");
        return;
    }
    rules.add("random-cut-forest", "rows of any shape that change with time, with shares of the features");
    rules.add("streaming-kmeans", "rows in a few clouds that move");
    rules.add("multivariate-gaussian", "one cloud of rows that moves: the cheapest");
}

void for_rows(Rules& rules) {
    const DataProfile& profile = rules.profile;
    if (profile.features <= ScaledModel::max_dimension)
        rules.add("default",
                  "above every single method on average, with anomalies among the training rows and without");
    if (profile.clean) {
        rules.add("dbscan", "the best single method where the training rows are clean");
        rules.add("knn", "as good, with nothing to choose but k");
        rules.add("lesinn", "most of that for a few hundred distances");
    } else {
        rules.add("mahalanobis",
                  "estimate robust: the best single method where anomalies are among the training rows");
        rules.add("lesinn", "small samples do not see the anomalies among the training rows");
    }
    rules.add("isolation-forest",
              "any scale and shape, and about a microsecond whatever the number of features");
    rules.add("ecod", "nothing to choose, and each feature explains itself");
}

}  // namespace

std::vector<Recommendation> recommend(const DataProfile& profile) {
    if (profile.features < 1) fail("recommend", "features", 0, "at least 1");
    if (!is_finite(profile.microseconds) || profile.microseconds < 0)
        fail("recommend", "microseconds", profile.microseconds, "finite and at least 0");
    Rules rules{profile};
    if (profile.labelled_anomalies >= enough_labels && !profile.streaming) {
        if (profile.readable) rules.add("decision-tree", "labels, and rules that a person can read");
        rules.add("random-forest", "labels: it learns what the anomalies are, not only what is usual");
        rules.add("svc", "labels, and a smooth border");
    }
    profile.streaming ? for_streams(rules) : for_rows(rules);
    if (rules.chosen.empty())
        rules.chosen.push_back(profile.features == 1
                                   ? Recommendation{"gaussian", "nothing is cheaper"}
                                   : Recommendation{"multivariate-gaussian", "diagonal: nothing is cheaper"});
    return rules.chosen;
}

}  // namespace sonde
