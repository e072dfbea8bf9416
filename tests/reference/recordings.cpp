// SPDX-License-Identifier: Apache-2.0
// What merge_test.sh adds up. `recordings FOLDER` writes there
//   p7.bin p5.bin p6.bin  three processes' registries, of three precisions
//   ns tokens             every duration and number of tokens that they saw, a line each
//   ns.bin tokens.bin     snapshots without a name
//   other.bin             a registry in which a name stands for another kind
// `recordings FOLDER PRECISION [N]` records the same in FOLDER/shared, as one of these processes does; after N
// values it is killed.
#include <signal.h>

#include <cmath>
#include <fstream>
#include <string>

#include "sonde/core/rng.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/recording/shared_folder.hpp"

using namespace sonde;

namespace {

template <class T>
void write_file(const std::string& path, const T& object) {
    const auto bytes = to_bytes(object);
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
}

/// One process: durations from microseconds to a second, tokens in the hundreds.
void record(Registry& registry, unsigned precision_bits, std::ofstream& ns, std::ofstream& tokens, int n) {
    Rng rng{precision_bits};
    auto& wait = registry.latency("wait_seconds", "Waiting.", {{"model", "a \"b\""}},
                                  {.precision_bits = precision_bits});
    auto& used = registry.histogram("tokens", "Tokens.", {}, {.precision_bits = precision_bits});
    registry.counter("requests_total", "Requests.").add(2000 + precision_bits);
    registry.up_down_counter("in_flight", "In flight.").add(5 - std::int64_t{precision_bits});
    for (int i = 0; i < n; ++i) {
        const auto duration = static_cast<std::int64_t>(1000 * std::exp(rng.uniform() * 14));
        wait.observe(Duration{duration});
        ns << duration << '\n';
        const std::uint64_t many = rng.below(900);
        used.observe(many);
        tokens << many << '\n';
    }
}

int record_shared(const std::string& folder, unsigned precision_bits, const char* n) {
    share_recordings(folder + "shared");
    Registry registry{{.prefix = "demo"}};
    std::ofstream ns{folder + "ns", std::ios::app}, tokens{folder + "tokens", std::ios::app};
    record(registry, precision_bits, ns, tokens, n == nullptr ? 2000 : std::stoi(n));
    ns.flush();
    tokens.flush();
    if (n != nullptr) ::raise(SIGKILL);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const std::string folder = std::string{argv[1]} + "/";
    if (argc > 2) return record_shared(folder, static_cast<unsigned>(std::stoi(argv[2])), argv[3]);
    std::ofstream ns{folder + "ns"}, tokens{folder + "tokens"};
    for (const unsigned precision_bits : {7U, 5U, 6U}) {
        Registry registry{{.prefix = "demo"}};
        record(registry, precision_bits, ns, tokens, 2000);
        write_file(folder + "p" + std::to_string(precision_bits) + ".bin", registry.recordings());
    }
    Latency latency;
    latency.observe(std::chrono::milliseconds{3}, 2);
    write_file(folder + "ns.bin", latency.snapshot());
    Histogram histogram;
    histogram.observe(12'345);
    write_file(folder + "tokens.bin", histogram.snapshot());
    Registry registry{{.prefix = "demo"}};
    registry.counter("more_total", "More.").add();
    registry.up_down_counter("tokens", "Tokens.").add(1);
    write_file(folder + "other.bin", registry.recordings());
    return 0;
}
