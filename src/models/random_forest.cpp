// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/random_forest.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include "sonde/core/error.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "RandomForestModel";

}  // namespace

RandomForestModel::RandomForestModel(detail::ClassTrees trees, ClassTreesFit fit)
    : trees_{std::move(trees)}, fit_{std::move(fit)} {
    if (trees_.trees() < 1 || trees_.trees() > max_trees)
        fail(where, "number of trees", static_cast<double>(trees_.trees()), "in [1, 1048576]");
    detail::check_fit(where, fit_, dimension());
}

void RandomForestModel::write(ByteWriter& writer) const {
    trees_.write(writer);
    detail::write_fit(writer, fit_);
}

RandomForestModel RandomForestModel::read(ByteReader& reader, std::uint16_t) try {
    auto trees = detail::ClassTrees::read(where, reader);
    return {std::move(trees), detail::read_fit(reader)};
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
