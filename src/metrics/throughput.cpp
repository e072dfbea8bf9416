// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/throughput.hpp"

#include "metrics/windows.hpp"
#include "sonde/metrics/collector.hpp"

namespace sonde {

struct Throughput::Windows : detail::Windows<std::uint64_t> {};

Throughput::Throughput() : windows_{new Windows} {}
Throughput::~Throughput() { delete windows_; }

std::optional<ThroughputSnapshot> Throughput::window(Duration length, TimePoint now) const {
    return windows_->read(length, now, [this](std::uint64_t before, Duration covered) {
        return std::optional<Snapshot>{Snapshot{total() - before, covered}};
    });
}

void Throughput::tick(TimePoint now) {
    windows_->tick(now, [this] { return total(); });
}

void Throughput::collect(Collector& out, TimePoint now) const {
    out.counter("_total", out.help(), total());
    for (const auto& [length, name] : standard_windows) {
        const auto recent = window(length, now);
        if (!recent) continue;
        if (const auto rate = recent->rate())
            out.gauge("_per_second", out.help() + " Per second of the window.", *rate,
                      {{"window", std::string{name}}});
    }
}

}  // namespace sonde
