// SPDX-License-Identifier: Apache-2.0
// Peers written in C++, asked as contender.cpp is: `scoring_peers nanoflann|dlib-centers TRAIN -`. Their scores are
// squared distances to the nearest row of TRAIN. `scoring_peers onnxruntime LIBRARY MODEL` runs an ONNX file.
#include <exception>
#include <memory>

#if SONDE_HAS_DLIB
#include <dlib/clustering.h>
#endif
#if SONDE_HAS_NANOFLANN
#include <nanoflann.hpp>
#endif

#include "answers.hpp"
#include "onnx_session.hpp"

namespace {

using namespace sonde;
using benchmark::Rows;

using Scoring = std::function<void(MatrixView rows, double* scores)>;

#if SONDE_HAS_NANOFLANN
/// What nanoflann asks of points.
struct Points {
    Rows rows;
    [[nodiscard]] std::size_t kdtree_get_point_count() const { return rows.rows; }
    [[nodiscard]] float kdtree_get_pt(std::size_t row, std::size_t feature) const {
        return rows.values[row * rows.cols + feature];
    }
    template <class Box>
    bool kdtree_get_bbox(Box&) const {
        return false;
    }
};
using Distance = nanoflann::L2_Simple_Adaptor<float, Points>;
using Tree = nanoflann::KDTreeSingleIndexAdaptor<Distance, Points>;

Scoring nanoflann_tree(Rows train) {
    const auto points = std::make_shared<Points>(Points{std::move(train)});
    const auto tree = std::make_shared<Tree>(static_cast<int>(points->rows.cols), *points,
                                             nanoflann::KDTreeSingleIndexAdaptorParams(10));
    tree->buildIndex();
    return [points, tree](MatrixView rows, double* scores) {
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            std::uint32_t index[1] = {};
            float squares[1] = {};
            const auto found = tree->knnSearch(rows.row(i).data(), 1, index, squares);
            scores[i] = found > 0 ? static_cast<double>(squares[0]) : 0;
        }
    };
}
#endif

#if SONDE_HAS_DLIB
Scoring dlib_centers(const Rows& train) {
    using Vector = dlib::matrix<float, 0, 1>;
    const auto vector_of = [](std::span<const float> row) {
        Vector vector(static_cast<long>(row.size()));
        for (std::size_t j = 0; j < row.size(); ++j) vector(static_cast<long>(j)) = row[j];
        return vector;
    };
    std::vector<Vector> centers;
    for (std::size_t i = 0; i < train.rows; ++i) centers.push_back(vector_of(train.view().row(i)));
    // Queries as dlib has them, made once.
    const auto known = std::make_shared<std::map<const float*, std::vector<Vector>>>();
    return [centers, vector_of, known](MatrixView rows, double* scores) {
        auto& queries = (*known)[rows.data()];
        if (queries.empty())
            for (std::size_t i = 0; i < rows.rows(); ++i) queries.push_back(vector_of(rows.row(i)));
        for (std::size_t i = 0; i < rows.rows(); ++i)
            scores[i] = static_cast<double>(dlib::nearest_center(centers, queries[i]));
    };
}
#endif

Scoring made(const std::string& name, [[maybe_unused]] Rows train) {
#if SONDE_HAS_NANOFLANN
    if (name == "nanoflann") return nanoflann_tree(std::move(train));
#endif
#if SONDE_HAS_DLIB
    if (name == "dlib-centers") return dlib_centers(train);
#endif
    throw std::runtime_error{"without " + name};
}

void run_nearest(const std::string& name, const std::string& path) {
    Rows train = benchmark::read_rows(path);
    const auto start = std::chrono::steady_clock::now();
    const Scoring scoring = made(name, std::move(train));
    const double fit_seconds = benchmark::seconds_since(start);
    std::vector<double> scores;
    const auto score = [&](MatrixView rows) {
        scores.resize(rows.rows());
        scoring(rows, scores.data());
    };
    const auto scores_of = [&](MatrixView rows) {
        score(rows);
        return scores;
    };
    benchmark::answer_all({score, score, scores_of}, fit_seconds);
}

void run_onnx(const std::string& library, const std::string& model) {
    benchmark::OnnxSession session{library, model};
    std::vector<float> scores;
    const auto batch = [&](MatrixView rows) {
        scores.resize(std::max(scores.size(), rows.rows()));
        session.run(rows, scores.data());
    };
    const auto row = [&](MatrixView rows) {
        for (std::size_t i = 0; i < rows.rows(); ++i) batch({rows.row(i).data(), 1, rows.cols()});
    };
    const auto scores_of = [&](MatrixView rows) {
        batch(rows);
        return std::vector<double>(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(rows.rows()));
    };
    benchmark::answer_all({batch, row, scores_of}, 0);
}

}  // namespace

int main(int count, char** values) try {
    if (count < 4) throw std::runtime_error{"nanoflann|dlib-centers TRAIN - or onnxruntime LIBRARY MODEL"};
    if (std::string{values[1]} == "onnxruntime")
        run_onnx(values[2], values[3]);
    else
        run_nearest(values[1], values[2]);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "scoring_peers: %s\n", error.what());
    return 1;
}
