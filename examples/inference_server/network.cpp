// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <cmath>

#include "files.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"

namespace demo {
namespace {

constexpr std::uint32_t magic = 0x31504C4D;  // "MLP1", little-endian
constexpr std::size_t header_size = 16, checksum_size = 4;

void expect(std::uint32_t is, std::size_t should_be, const char* what) {
    if (is == should_be) return;
    sonde::fail_format("Network", std::string{what} + " is " + std::to_string(is) + ", this program needs " +
                                      std::to_string(should_be));
}

}  // namespace

Network Network::from_bytes(std::span<const std::byte> file) {
    sonde::ByteReader reader{file};
    if (file.size() < header_size + checksum_size || reader.u32() != magic)
        sonde::fail_format("Network", "the file does not start with MLP1");
    expect(reader.u32(), inputs, "number of inputs");
    expect(reader.u32(), hidden, "number of hidden units");
    expect(reader.u32(), outputs, "number of outputs");

    Network network;
    network.hidden_weights_.resize(inputs * hidden);
    network.output_weights_.resize(outputs * hidden);
    for (std::size_t h = 0; h < hidden; ++h)  // transposed on the way in
        for (std::size_t i = 0; i < inputs; ++i) network.hidden_weights_[i * hidden + h] = reader.f32();
    for (float& bias : network.hidden_biases_) bias = reader.f32();
    for (float& weight : network.output_weights_) weight = reader.f32();
    for (float& bias : network.output_biases_) bias = reader.f32();

    if (reader.u32() != sonde::crc32(file.first(file.size() - checksum_size)))
        sonde::fail_format("Network", "the checksum does not match: the file is damaged");
    reader.finish();
    return network;
}

Network Network::load(const std::filesystem::path& path) { return from_bytes(read_file(path)); }

Prediction Network::classify(const Image& image) const noexcept {
    std::array<float, hidden> units = hidden_biases_;
    for (std::size_t i = 0; i < inputs; ++i) {
        if (image[i] == 0) continue;
        const float pixel = static_cast<float>(image[i]) / 255;
        const float* weights = &hidden_weights_[i * hidden];
        for (std::size_t h = 0; h < hidden; ++h) units[h] += pixel * weights[h];
    }
    for (float& unit : units) unit = std::max(unit, 0.0F);

    Prediction prediction{.logits = output_biases_};
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t h = 0; h < hidden; ++h)
            prediction.logits[o] += output_weights_[o * hidden + h] * units[h];

    const auto highest = std::max_element(prediction.logits.begin(), prediction.logits.end());
    prediction.digit = static_cast<std::size_t>(highest - prediction.logits.begin());
    float sum = 0;
    for (const float logit : prediction.logits) sum += std::exp(logit - *highest);
    prediction.confidence = 1 / sum;
    return prediction;
}

}  // namespace demo
