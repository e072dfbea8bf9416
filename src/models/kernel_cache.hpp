// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/svm_training.hpp"

namespace sonde::detail {

/// Rows of a kernel matrix, the most recently used ones kept. Threading: single-writer.
class KernelCache {
public:
    /// \param bytes  for rows; two rows are kept in any case
    KernelCache(const SvmMatrix& matrix, std::size_t bytes);

    [[nodiscard]] const SvmMatrix& matrix() const noexcept { return matrix_; }
    /// k(row i, row j) for every j. Valid until another row has been asked for twice.
    [[nodiscard]] const float* row(std::size_t i);

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    struct Slot {
        std::vector<float> values;
        std::size_t row = 0;
        std::uint32_t newer = none, older = none;
    };
    void unlink(std::uint32_t slot) noexcept;
    void link_newest(std::uint32_t slot) noexcept;

    const SvmMatrix& matrix_;
    std::size_t most_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> slot_of_;  // per row
    std::uint32_t newest_ = none, oldest_ = none;
};

}  // namespace sonde::detail
