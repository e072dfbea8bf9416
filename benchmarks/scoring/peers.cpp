// SPDX-License-Identifier: Apache-2.0
// Peers written in C++, asked as contender.cpp is: `scoring_peers nanoflann|dlib-centers TRAIN -`. Their scores are
// squared distances to the nearest row of TRAIN.
#include <exception>
#include <memory>

#if SONDE_HAS_DLIB
#include <dlib/clustering.h>
#endif
#if SONDE_HAS_NANOFLANN
#include <nanoflann.hpp>
#endif

#include "answers.hpp"

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

}  // namespace

int main(int count, char** values) try {
    if (count < 3) throw std::runtime_error{"nanoflann|dlib-centers TRAIN"};
    Rows train = benchmark::read_rows(values[2]);
    const auto start = std::chrono::steady_clock::now();
    const Scoring scoring = made(values[1], std::move(train));
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
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "scoring_peers: %s\n", error.what());
    return 1;
}
