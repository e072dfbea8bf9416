// SPDX-License-Identifier: Apache-2.0
#include "sonde/resources/host.hpp"

#include <utility>

#include "resources/proc.hpp"

namespace sonde {

namespace {

struct Stat {
    std::uint64_t busy = 0, all = 0;
    double cores = 0;
};

/// The `cpu` line of `stat`: user, nice, system, idle, iowait, irq, softirq, steal. Guests are in user.
/// Old kernels give fewer fields; four are enough.
std::optional<Stat> processor_times(std::string_view text) noexcept {
    Stat stat;
    auto line = detail::take_line(text);
    if (!line || !line->starts_with("cpu ")) return std::nullopt;
    line->remove_prefix(3);
    for (int field = 0; field < 8; ++field) {
        const auto ticks = detail::take_number(*line);
        if (!ticks && field < 4) return std::nullopt;
        stat.all += ticks.value_or(0);
        if (field != 3 && field != 4) stat.busy += ticks.value_or(0);
    }
    while ((line = detail::take_line(text)) && line->starts_with("cpu")) ++stat.cores;
    if (stat.cores == 0) return std::nullopt;
    return stat;
}

}  // namespace

HostCpu::HostCpu(const ProcOptions& options) : path_{options.root + "/stat"} {}

ResourceInfo HostCpu::info() const noexcept { return {"host_cpu", "cores", "Processor cores of the host."}; }

std::optional<Usage> HostCpu::read(TimePoint) noexcept {
    const auto stat = processor_times(detail::read_proc(path_, 262144));  // room for 2,000 cores
    const auto before = std::exchange(last_, std::nullopt);
    if (!stat) return std::nullopt;
    last_ = Reading{stat->busy, stat->all};
    // Idle and iowait times may run backwards; such a reading says nothing.
    if (!before || stat->all <= before->all || stat->busy < before->busy) return std::nullopt;
    const double busy = static_cast<double>(stat->busy - before->busy);
    const double all = static_cast<double>(stat->all - before->all);
    return Usage{busy < all ? busy / all * stat->cores : stat->cores, stat->cores};
}

HostMemory::HostMemory(const ProcOptions& options) : path_{options.root + "/meminfo"} {}

ResourceInfo HostMemory::info() const noexcept { return {"host_memory", "bytes", "Memory of the host."}; }

std::optional<Usage> HostMemory::read(TimePoint) noexcept {
    const std::string meminfo = detail::read_proc(path_, 16384);
    const auto total = detail::meminfo_bytes(meminfo, "MemTotal:");
    const auto available = detail::meminfo_bytes(meminfo, "MemAvailable:");
    if (!total || !available || *total <= 0 || *available > *total) return std::nullopt;
    return Usage{*total - *available, *total};
}

}  // namespace sonde
