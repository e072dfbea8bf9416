// SPDX-License-Identifier: Apache-2.0
// Bytes as one of sonde's own files of networks: refused with FormatError, or what they hold is written as it was, and
// can be used.
#include <vector>

#include "mutation.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/autoencoder.hpp"
#include "sonde/models/neural/recurrent_forecaster.hpp"

using namespace sonde;
using namespace sonde::fuzz;

namespace {

void use(const Network&) {}
void use(const RecurrentNetwork&) {}

void use(const AutoencoderModel& model) {
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
void read(std::span<const std::byte> file) try {
    const auto object = from_bytes<T>(file);
    const auto written = to_bytes(object);
    require(to_bytes(from_bytes<T>(written)) == written);
    use(object);
} catch (const FormatError&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = std::as_bytes(std::span{data, size});
    read<Network>(file);
    read<AutoencoderModel>(file);
    read<RecurrentNetwork>(file);
    read<RecurrentForecaster>(file);
    return 0;
}

/// Seven times of eight, what is between header and checksum is changed, and both are made to fit.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    const std::size_t frame = detail::seal({}).size(), header = frame - sizeof(std::uint32_t);
    if (seed % 8 == 0 || size < frame) return LLVMFuzzerMutate(data, size, max_size);
    const Bytes payload = mutated({data + header, data + size - sizeof(std::uint32_t)}, max_size - frame);
    const Bytes file = copy(detail::seal(std::as_bytes(std::span{payload})));
    std::copy(file.begin(), file.end(), data);
    return file.size();
}
