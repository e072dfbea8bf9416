// SPDX-License-Identifier: Apache-2.0
// Bytes as one of sonde's own files of networks: refused with FormatError, or what they hold is written as it was, and
// can be used.
#include <string_view>
#include <vector>

#include "mutation.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/quantized_autoencoder.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"
#include "sonde/models/neural/training_state.hpp"

using namespace sonde;
using namespace sonde::fuzz;

namespace {

constexpr std::size_t header = 12, checksum = 4;  // around what a file holds

void use(const Network&) {}
void use(const RecurrentNetwork&) {}
void use(const TrainingState&) {}

template <Scorer Model>
void use(const Model& model) {
    std::vector<float> row(model.dimension(), 0.25F);
    const Score score = model.score(row);
    require(score.status == Status::ok && score.value >= 0 && score.value <= AutoencoderModel::largest);
}

void use(RecurrentForecaster forecaster) {
    const std::vector<float> row(forecaster.dimension(), 0.25F);
    std::vector<double> forecast(row.size());
    for (int i = 0; i < 3; ++i) {
        forecaster.learn(row);
        if (!forecaster.forecast(forecast)) continue;
        for (const double& value : forecast) require(is_finite(value));
    }
}

template <Persistent T>
void read(std::span<const std::byte> file) {
    const auto object = from_bytes<T>(file);
    const auto written = to_bytes(object);
    require(to_bytes(from_bytes<T>(written)) == written);
    use(object);
}

/// Reads the first type whose tag is there, or the last.
template <Persistent T, Persistent... Others>
void read_any(std::span<const std::byte> file, std::string_view tag) {
    if constexpr (sizeof...(Others) > 0)
        if (tag != T::format.tag) return read_any<Others...>(file, tag);
    read<T>(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) try {
    const auto file = std::as_bytes(std::span{data, size});
    std::string_view tag{reinterpret_cast<const char*>(data), size};
    tag = tag.substr(std::min(header, size), 4);
    read_any<Network, AutoencoderModel, QuantizedAutoencoder, TrainingState, RecurrentForecaster,
             RecurrentNetwork>(file, tag);
    return 0;
} catch (const FormatError&) {
    return 0;
}

/// Seven times of eight, what is between header and checksum is changed, and both are made to fit.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    if (seed % 8 == 0 || size < header + checksum) return LLVMFuzzerMutate(data, size, max_size);
    const Bytes payload = mutated({data + header, data + size - checksum}, max_size - header - checksum);
    const Bytes file = copy(detail::seal(std::as_bytes(std::span{payload})));
    std::copy(file.begin(), file.end(), data);
    return file.size();
}
