// SPDX-License-Identifier: Apache-2.0
#include "foreign.hpp"

#include <algorithm>
#include <utility>

#include "sonde/core/error.hpp"

namespace demo {
namespace {

constexpr std::size_t width = 28;

Image noise(sonde::Rng& rng) noexcept {
    Image image;
    for (auto& pixel : image) pixel = static_cast<std::uint8_t>(rng.below(256));
    return image;
}

Image inverted(const Image& digit) noexcept {
    Image image;
    std::transform(digit.begin(), digit.end(), image.begin(),
                   [](std::uint8_t pixel) { return static_cast<std::uint8_t>(255 - pixel); });
    return image;
}

Image rotated(const Image& digit) noexcept {
    Image image;
    for (std::size_t row = 0; row < width; ++row)
        for (std::size_t column = 0; column < width; ++column)
            image[(width - 1 - column) * width + row] = digit[row * width + column];
    return image;
}

}  // namespace

std::string_view name(Foreign kind) noexcept {
    constexpr std::array<std::string_view, foreign_kinds.size()> names{"photographs", "noise", "inverted",
                                                                       "rotated"};
    return names[static_cast<std::size_t>(kind)];
}

ForeignImages::ForeignImages(std::vector<Image> photographs) : photographs_{std::move(photographs)} {
    if (photographs_.empty()) sonde::fail("ForeignImages", "number of photographs", 0, "at least 1");
}

Image ForeignImages::make(Foreign kind, const Image& digit, sonde::Rng& rng) const noexcept {
    switch (kind) {
        case Foreign::photograph:
            return photographs_[static_cast<std::size_t>(rng.below(photographs_.size()))];
        case Foreign::noise:
            return noise(rng);
        case Foreign::inverted:
            return inverted(digit);
        case Foreign::rotated:
            return rotated(digit);
    }
    return digit;
}

}  // namespace demo
