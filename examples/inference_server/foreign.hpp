// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "network.hpp"
#include "sonde/core/rng.hpp"

namespace demo {

/// What careless clients send instead of an upright digit, dark on light.
enum class Foreign {
    photograph,  ///< another data set
    noise,       ///< every pixel any grey
    inverted,    ///< dark and light swapped
    rotated,     ///< a quarter turn to the left
};
inline constexpr std::array foreign_kinds{Foreign::photograph, Foreign::noise, Foreign::inverted,
                                          Foreign::rotated};
[[nodiscard]] std::string_view name(Foreign kind) noexcept;

/// Makes foreign images. Threading: immutable.
class ForeignImages {
public:
    /// \param photographs  at least one
    explicit ForeignImages(std::vector<Image> photographs);

    /// \param digit  what is inverted or rotated
    [[nodiscard]] Image make(Foreign kind, const Image& digit, sonde::Rng& rng) const noexcept;

private:
    std::vector<Image> photographs_;
};

}  // namespace demo
