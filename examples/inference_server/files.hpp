// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "network.hpp"
#include "sonde/core/chrono.hpp"

namespace demo {

/// A whole file. \throws std::runtime_error  it cannot be read
[[nodiscard]] std::vector<std::byte> read_file(const std::filesystem::path& path);

/// Images and the digits that people see in them; as many of one as of the other.
struct Samples {
    std::vector<Image> images;
    std::vector<std::uint8_t> labels;
};

/// Reads an IDX file of 28 x 28 images. \throws sonde::FormatError  it is not one
[[nodiscard]] std::vector<Image> load_images(const std::filesystem::path& path);

/// Reads images.idx3-ubyte and labels.idx1-ubyte. \throws sonde::FormatError  they are not what they should be
[[nodiscard]] Samples load_samples(const std::filesystem::path& folder);

/// Reads arrivals.txt: when each request of the trace came, from the first; the last one is its length.
/// \param speed  how many times as fast the trace is to be played
/// \throws sonde::FormatError  a line is not a number, or there is none
[[nodiscard]] std::vector<sonde::Duration> load_arrivals(const std::filesystem::path& folder,
                                                         double speed = 1);

}  // namespace demo
