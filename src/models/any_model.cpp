// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/any_model.hpp"

#include <optional>
#include <string>
#include <utility>

#include "models/read_models.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/dbscan.hpp"
#include "sonde/models/decision_tree.hpp"
#include "sonde/models/ecod.hpp"
#include "sonde/models/ensemble.hpp"
#include "sonde/models/hbos.hpp"
#include "sonde/models/isolation_forest.hpp"
#include "sonde/models/kmeans.hpp"
#include "sonde/models/knn.hpp"
#include "sonde/models/lesinn.hpp"
#include "sonde/models/lof.hpp"
#include "sonde/models/mahalanobis.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/quantized_autoencoder.hpp"
#include "sonde/models/one_class_svm.hpp"
#include "sonde/models/pca.hpp"
#include "sonde/models/random_forest.hpp"
#include "sonde/models/scaled_model.hpp"
#include "sonde/models/svc.hpp"

namespace sonde {

namespace {

/// The four letters that stand next, which stay where they are.
std::string next_tag(ByteReader reader) {
    std::string tag;
    for (int i = 0; i < 4; ++i) tag += static_cast<char>(reader.u8());
    return tag;
}

/// Nothing when the next model is none of these.
template <class... Models>
std::optional<AnyModel> read_one_of(ByteReader& reader) {
    const std::string tag = next_tag(reader);
    std::optional<AnyModel> found;
    static_cast<void>(
        ((tag == Models::format.tag && (found.emplace(read_object<Models>(reader)), true)) || ...));
    return found;
}

AnyModel known(std::optional<AnyModel> found) {
    if (!found) fail_format("AnyModel", "holds a model of a type that is not known here");
    return *std::move(found);
}

std::optional<AnyModel> simple(ByteReader& reader) {
    return read_one_of<AutoencoderModel, DbscanModel, DecisionTreeModel, EcodModel, HbosModel,
                       IsolationForestModel, KMeansModel, KnnModel, LesinnModel, LofModel, MahalanobisModel,
                       OneClassSvmModel, PcaModel, QuantizedAutoencoder, RandomForestModel, SvcModel>(reader);
}

}  // namespace

AnyModel detail::read_simple_model(ByteReader& reader) { return known(simple(reader)); }

AnyModel detail::read_simple_or_scaled(ByteReader& reader) {
    if (auto model = simple(reader)) return *std::move(model);
    return known(read_one_of<ScaledModel>(reader));
}

AnyModel AnyModel::read(ByteReader& reader, std::uint16_t) {
    if (auto model = simple(reader)) return *std::move(model);
    return known(read_one_of<EnsembleModel, ScaledModel>(reader));
}

}  // namespace sonde
