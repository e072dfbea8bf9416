// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every fitted model that the contract holds for: how it is fitted, and its name in the list below.

#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <tuple>
#include <vector>

#include "contract/detector_cases.hpp"
#include "sonde/core/executor.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/models/fit_dbscan.hpp"
#include "sonde/models/fit_decision_tree.hpp"
#include "sonde/models/fit_default.hpp"
#include "sonde/models/fit_ecod.hpp"
#include "sonde/models/fit_hbos.hpp"
#include "sonde/models/fit_isolation_forest.hpp"
#include "sonde/models/fit_kmeans.hpp"
#include "sonde/models/fit_knn.hpp"
#include "sonde/models/fit_lesinn.hpp"
#include "sonde/models/fit_lof.hpp"
#include "sonde/models/fit_mahalanobis.hpp"
#include "sonde/models/fit_one_class_svm.hpp"
#include "sonde/models/fit_pca.hpp"
#include "sonde/models/fit_random_forest.hpp"
#include "sonde/models/fit_svc.hpp"
#include "sonde/models/neural/fit_autoencoder.hpp"
#include "sonde/models/neural/quantized_autoencoder.hpp"

namespace sonde::testing {

/// Rows to fit to, each with its label. Unsupervised fits leave the labels alone.
struct Training {
    std::vector<float> values;
    std::vector<std::uint8_t> labels;  // 1: an anomaly
    std::size_t cols = 4;

    [[nodiscard]] MatrixView rows() const { return {values.data(), labels.size(), cols}; }
};

struct KMeans {
    using Detector = KMeansDetector;
    using Options = KMeansOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_kmeans(training.rows(), options);
    }
};

struct KMeansScaled {
    using Detector = KMeansDetector;
    using Options = KMeansOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.form = KMeansForm::scaled;
        return fit_kmeans(training.rows(), options);
    }
};

struct Dbscan {
    using Detector = DbscanDetector;
    using Options = DbscanOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_dbscan(training.rows(), options);
    }
};

struct Knn {
    using Detector = KnnDetector;
    using Options = KnnOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_knn(training.rows(), options);
    }
};

struct KnnMean {
    using Detector = KnnDetector;
    using Options = KnnOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.aggregate = KnnAggregate::mean;
        return fit_knn(training.rows(), options);
    }
};

struct KnnWithoutCopies {
    using Detector = KnnDetector;
    using Options = KnnOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.copies = KnnCopies::leave_out;
        return fit_knn(training.rows(), options);
    }
};

struct Lof {
    using Detector = LofDetector;
    using Options = LofOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_lof(training.rows(), options);
    }
};

struct Lesinn {
    using Detector = LesinnDetector;
    using Options = LesinnOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_lesinn(training.rows(), options);
    }
};

struct IsolationForest {
    using Detector = IsolationForestDetector;
    using Options = IsolationForestOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_isolation_forest(training.rows(), options);
    }
};

struct Mahalanobis {
    using Detector = MahalanobisDetector;
    using Options = MahalanobisOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_mahalanobis(training.rows(), options);
    }
};

struct MahalanobisRobust {
    using Detector = MahalanobisDetector;
    using Options = MahalanobisOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.estimate = CovarianceEstimate::robust;
        return fit_mahalanobis(training.rows(), options);
    }
};

struct PcaWeighted {
    using Detector = PcaDetector;
    using Options = PcaOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_pca(training.rows(), options);
    }
};

struct PcaResidual {
    // Of correlated features it sees that they disagree, not which of them is wrong.
    static constexpr bool blames_one = false;
    using Detector = PcaDetector;
    using Options = PcaOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.form = PcaForm::residual;
        return fit_pca(training.rows(), options);
    }
};

struct Ecod {
    using Detector = EcodDetector;
    using Options = EcodOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_ecod(training.rows(), options);
    }
};

struct Hbos {
    using Detector = HbosDetector;
    using Options = HbosOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_hbos(training.rows(), options);
    }
};

struct HbosDynamic {
    using Detector = HbosDetector;
    using Options = HbosOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.form = HbosForm::dynamic_width;
        return fit_hbos(training.rows(), options);
    }
};

struct OneClassSvm {
    using Detector = OneClassSvmDetector;
    using Options = OneClassSvmOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_one_class_svm(training.rows(), options);
    }
};

struct OneClassSvmLinear {
    // A plane between the rows and the origin: blind to what lies on the far side.
    static constexpr bool blames_one = false, sees_all_sides = false;
    using Detector = OneClassSvmDetector;
    using Options = OneClassSvmOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.kernel = SvmKernel::linear;
        return fit_one_class_svm(training.rows(), options);
    }
};

struct Default {
    using Detector = EnsembleDetector;
    using Options = DefaultModelOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return fit_default(training.rows(), options);
    }
};

struct Svc {
    using Detector = SvcDetector;
    using Options = SvcOptions;
    static constexpr bool supervised = true;
    static auto fit(const Training& training, const Options& options) {
        return fit_svc(training.rows(), training.labels, options);
    }
};

struct DecisionTree {
    using Detector = DecisionTreeDetector;
    using Options = DecisionTreeOptions;
    static constexpr bool supervised = true;
    static auto fit(const Training& training, const Options& options) {
        return fit_decision_tree(training.rows(), training.labels, options);
    }
};

struct RandomForest {
    using Detector = RandomForestDetector;
    using Options = RandomForestOptions;
    static constexpr bool supervised = true;
    static auto fit(const Training& training, const Options& options) {
        return fit_random_forest(training.rows(), training.labels, options);
    }
};

struct Autoencoder {
    using Detector = AutoencoderDetector;
    using Options = AutoencoderOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, Options options) {
        options.hidden = {8, 3, 8};
        options.hidden_activation = Activation::tanh;
        options.output_activation = Activation::linear;
        options.training.loss = Loss::squared;
        options.training.epochs = 60;
        options.training.batch_rows = 64;
        options.training.learning_rate = 5e-3;
        return fit_autoencoder(training.rows(), options);
    }
};

struct AutoencoderInBytes {
    using Detector = QuantizedAutoencoderDetector;
    using Options = AutoencoderOptions;
    static constexpr bool supervised = false;
    static auto fit(const Training& training, const Options& options) {
        return quantize(Autoencoder::fit(training, options), training.rows());
    }
};

using FittedModels =
    std::tuple<KMeans, KMeansScaled, Dbscan, Knn, KnnMean, KnnWithoutCopies, Lof, Lesinn, IsolationForest,
               Mahalanobis, MahalanobisRobust, PcaWeighted, PcaResidual, Ecod, Hbos, HbosDynamic, OneClassSvm,
               OneClassSvmLinear, Default, Svc, DecisionTree, RandomForest, Autoencoder, AutoencoderInBytes>;

/// Unless a case says otherwise, a feature that leaves the range is blamed, and rows are odd on every side.
template <class Case>
constexpr bool blames_one() {
    if constexpr (requires { Case::blames_one; }) return Case::blames_one;
    return !Case::supervised;  // a classifier looks at what its labels tell apart
}
template <class Case>
constexpr bool sees_all_sides() {
    if constexpr (requires { Case::sees_all_sides; }) return Case::sees_all_sides;
    return true;
}

/// `count` usual rows, of which each `spacing`-th is odd; 0: none.
inline Training training_rows(std::uint64_t seed, std::size_t count, std::size_t spacing) {
    Rng rng{seed};
    Training training;
    for (std::size_t i = 0; i < count; ++i) {
        const bool odd = spacing > 0 && i % spacing == spacing - 1;
        const auto example = odd ? Example<Row>::odd(rng) : Example<Row>::usual(rng);
        training.values.insert(training.values.end(), example.values.begin(), example.values.end());
        training.labels.push_back(odd ? 1 : 0);
    }
    return training;
}

/// The rows that a case learns from when nothing else is said: with anomalies only where it knows which they are.
template <class Case>
Training usual_training(std::size_t count = 600) {
    return training_rows(7, count, Case::supervised ? 20 : 0);
}

template <class Case>
auto fitted(std::size_t count = 600) {
    return Case::fit(usual_training<Case>(count), {});
}

/// Runs every task on a thread of its own, the last one first.
struct ThreadPerTask {
    void operator()(std::size_t count, const Task& task) const {
        std::vector<std::thread> threads;
        threads.reserve(count);
        for (std::size_t i = count; i-- > 0;) threads.emplace_back([&task, i] { task(i); });
        for (auto& thread : threads) thread.join();
    }
};

}  // namespace sonde::testing
