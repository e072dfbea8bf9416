// SPDX-License-Identifier: Apache-2.0
#include "models/neural/byte_panels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sonde::detail {
namespace {

using Panel = std::span<const BytePanels::Lanes>;
constexpr std::size_t width = BytePanels::width, group = BytePanels::group;

namespace portable {

void multiply(const std::uint8_t* rows, std::size_t stride, std::size_t count, Panel panel,
              std::int32_t* out) noexcept {
    for (std::size_t row = 0; row < count; ++row, rows += stride, out += width) {
        std::int32_t sums[width] = {};
        for (std::size_t i = 0; i < panel.size(); ++i) {
            const std::uint8_t* x = rows + group * i;
            const std::int8_t* w = panel[i].of;
            for (std::size_t j = 0; j < width; ++j, w += group)
                sums[j] += x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3];
        }
        for (std::size_t j = 0; j < width; ++j) out[j] = sums[j];
    }
}

}  // namespace portable

#if defined(__x86_64__)
namespace vnni {
#include "models/neural/byte_panels_vnni.inc"
}  // namespace vnni
namespace avx2 {
#include "models/neural/byte_panels_avx2.inc"
}  // namespace avx2
#endif

}  // namespace

void multiply_bytes(const std::uint8_t* rows, std::size_t stride, std::size_t count,
                    std::span<const BytePanels::Lanes> panel, std::int32_t* out,
                    InstructionSet set) noexcept {
#if defined(__x86_64__)
    if (set == InstructionSet::avx512_vnni) return vnni::multiply(rows, stride, count, panel, out);
    if (set == InstructionSet::avx512 || set == InstructionSet::avx2)
        return avx2::multiply(rows, stride, count, panel, out);
#endif
    (void)set;
    portable::multiply(rows, stride, count, panel, out);
}

}  // namespace sonde::detail
