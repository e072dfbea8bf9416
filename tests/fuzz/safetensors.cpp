// SPDX-License-Identifier: Apache-2.0
// Bytes as a safetensors file: refused with FormatError, or what they hold can be written and read again.
#include <cstring>

#include "mutation.hpp"
#include "sonde/core/error.hpp"
#include "sonde/models/neural/network_files.hpp"

using namespace sonde;
using namespace sonde::fuzz;

namespace {

constexpr std::size_t prefix = 8;

/// \returns  whether it is a network
template <class Read>
bool read_network(std::span<const std::byte> file, Read read) try {
    const auto network = read(file);
    require(to_bytes(read(to_safetensors(network))) == to_bytes(network));
    return true;
} catch (const FormatError&) {
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) try {
    const auto file = std::as_bytes(std::span{data, size});
    const auto written = write_safetensors(read_safetensors(file));
    require(write_safetensors(read_safetensors(written)) == written);
    if (!read_network(file, network_from_safetensors)) read_network(file, recurrent_network_from_safetensors);
    return 0;
} catch (const FormatError&) {
    return 0;
}

/// Seven times of eight, header or data are changed and the size before them is made to fit.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    std::uint64_t header_size = 0;
    if (size >= prefix) std::memcpy(&header_size, data, prefix);
    if (seed % 8 == 0 || size < prefix || header_size > size - prefix)
        return LLVMFuzzerMutate(data, size, max_size);
    Bytes header{data + prefix, data + prefix + header_size}, rest{data + prefix + header_size, data + size};
    if (seed % 8 < 6)
        header = mutated(std::move(header), max_size - prefix - rest.size());
    else
        rest = mutated(std::move(rest), max_size - prefix - header.size());
    header_size = header.size();
    std::memcpy(data, &header_size, prefix);
    std::copy(rest.begin(), rest.end(), std::copy(header.begin(), header.end(), data + prefix));
    return prefix + header.size() + rest.size();
}
