// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string>

#include "sonde/core/error.hpp"

namespace demo {
namespace {

// IDX: a magic number that holds the number of dimensions, each dimension's size (big-endian), the bytes.
std::uint32_t big_endian(const std::vector<std::byte>& file, std::size_t word) {
    std::uint32_t value = 0;
    for (std::size_t i = 4 * word; i < 4 * word + 4; ++i)
        value = (value << 8) | std::to_integer<std::uint32_t>(file[i]);
    return value;
}

// The bytes after the header of `dimensions` + 1 words: `count` times `size` of them.
std::vector<std::byte> read_idx(const std::filesystem::path& path, std::uint32_t dimensions,
                                std::size_t size) {
    std::vector<std::byte> file = read_file(path);
    const std::size_t header = 4 * (dimensions + std::size_t{1});
    if (file.size() <= header || big_endian(file, 0) != 0x800 + dimensions ||
        file.size() != header + size * big_endian(file, 1))
        sonde::fail_format(path.string(), "not an IDX file of the expected size");
    file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header));
    return file;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::vector<char> text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) throw std::runtime_error{path.string() + ": cannot be read"};
    std::vector<std::byte> bytes(text.size());
    std::transform(text.begin(), text.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
    return bytes;
}

std::vector<Image> load_images(const std::filesystem::path& path) {
    const auto pixels = read_idx(path, 3, Network::inputs);
    std::vector<Image> images(pixels.size() / Network::inputs);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        images[i / Network::inputs][i % Network::inputs] = std::to_integer<std::uint8_t>(pixels[i]);
    return images;
}

Samples load_samples(const std::filesystem::path& folder) {
    Samples samples{load_images(folder / "images.idx3-ubyte"), {}};
    const auto labels = read_idx(folder / "labels.idx1-ubyte", 1, 1);
    if (samples.images.size() != labels.size())
        sonde::fail_format(folder.string(), "not as many labels as images");
    for (const std::byte label : labels) {
        if (label > std::byte{9}) sonde::fail_format(folder.string(), "a label is not a digit");
        samples.labels.push_back(std::to_integer<std::uint8_t>(label));
    }
    return samples;
}

std::vector<sonde::Duration> load_arrivals(const std::filesystem::path& folder, double speed) {
    const auto path = folder / "arrivals.txt";
    std::ifstream file{path};
    std::vector<sonde::Duration> arrivals;
    sonde::Duration at{};
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        std::uint32_t gap = 0;
        const char* end = line.data() + line.size();
        if (const auto [rest, error] = std::from_chars(line.data(), end, gap);
            error != std::errc{} || rest != end)
            sonde::fail_format(path.string(), "'" + line + "' is not a number of milliseconds");
        at += std::chrono::milliseconds{gap};
        arrivals.push_back(std::chrono::duration_cast<sonde::Duration>(at / speed));
    }
    if (arrivals.empty() || at == sonde::Duration{}) sonde::fail_format(path.string(), "no arrivals");
    return arrivals;
}

}  // namespace demo
