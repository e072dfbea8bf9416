// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "peekable_source.hpp"

namespace sonde::tool {

/// How the numbers of a file of numbers lie: row by row, in C order.
struct ArrayHeader {
    enum class Kind : std::uint8_t { unsigned_whole, signed_whole, floating };

    std::string_view format;  ///< `npy`, `idx`
    Kind kind = Kind::floating;
    std::size_t item_size = 4;  ///< bytes: 1, 2, 4 or 8
    bool big_endian = false;
    double scale = 1;  ///< what a number is multiplied by
    std::uint64_t rows = 0;
    std::size_t columns = 1;  ///< all dimensions but the first, one after the other
};

/// Told by how the file begins.
[[nodiscard]] bool is_npy(PeekableSource& source);
[[nodiscard]] bool is_idx(PeekableSource& source);

/// Numbers in a row, at most.
inline constexpr std::size_t most_array_columns = std::size_t{1} << 16U;

/// What `numpy.save` writes (NEP 1; versions 1 to 3): whole numbers and floats of 1 to 8 bytes, little-endian, in C
/// order, of any number of dimensions from 1 on; the first counts the rows.
/// \throws RunError  it is something else
[[nodiscard]] ArrayHeader read_npy_header(PeekableSource& source);

/// The format of MNIST (LeCun, Cortes, Burges: http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT"): two bytes of
/// 0, the type, the number of dimensions, their sizes and the numbers, big-endian. Bytes are taken for the shades of
/// images: scaled from 0..255 to [0, 1].
/// \throws RunError  it is something else
[[nodiscard]] ArrayHeader read_idx_header(PeekableSource& source);

/// Takes the sizes of all dimensions over. \throws RunError  there is none, or a row is empty or too long
void set_shape(ArrayHeader& header, const std::vector<std::uint64_t>& shape);

/// A number of the file, in double precision. \param bytes  `item_size` of them
[[nodiscard]] double item_of(const ArrayHeader& header, const char* bytes) noexcept;

}  // namespace sonde::tool
