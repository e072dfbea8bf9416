// SPDX-License-Identifier: Apache-2.0
#include "sonde/resources/process.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "resources/proc.hpp"

namespace sonde {

namespace {

/// How many cores this process may run on now: a container or `taskset` may leave it fewer than there are.
double available_cores() noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));  // more than 1024 cores
}

/// utime + stime of `self/stat`, in clock ticks. The second field is the program's name in parentheses and
/// may hold anything, so that counting begins behind the last one.
std::optional<std::uint64_t> processor_ticks(std::string_view stat) noexcept {
    const std::size_t name_end = stat.rfind(") ");
    if (name_end == std::string_view::npos) return std::nullopt;
    stat.remove_prefix(name_end + 2);
    for (int field = 3; field < 14; ++field) {
        const std::size_t space = stat.find(' ');
        if (space == std::string_view::npos) return std::nullopt;
        stat.remove_prefix(space + 1);
    }
    const auto user = detail::take_number(stat), system = detail::take_number(stat);
    if (!user || !system) return std::nullopt;
    return *user + *system;
}

}  // namespace

ProcessCpu::ProcessCpu(const ProcOptions& options) : path_{options.root + "/self/stat"} {}

ResourceInfo ProcessCpu::info() const noexcept {
    return {"process_cpu", "cores", "Processor cores of this process."};
}

std::optional<Usage> ProcessCpu::read(TimePoint now) noexcept {
    const auto ticks = processor_ticks(detail::read_proc(path_, 4096));
    const auto before = std::exchange(last_, std::nullopt);
    if (!ticks) return std::nullopt;
    last_ = Reading{now, *ticks};
    if (!before || now <= before->at || *ticks < before->ticks) return std::nullopt;
    const double spent =
        static_cast<double>(*ticks - before->ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
    return Usage{spent / seconds(now - before->at), available_cores()};
}

ProcessMemory::ProcessMemory(const ProcOptions& options)
    : statm_path_{options.root + "/self/statm"}, meminfo_path_{options.root + "/meminfo"} {}

ResourceInfo ProcessMemory::info() const noexcept {
    return {"process_memory", "bytes", "Resident memory of this process, and memory of the host."};
}

std::optional<Usage> ProcessMemory::read(TimePoint) noexcept {
    const std::string statm = detail::read_proc(statm_path_, 4096);
    std::string_view fields{statm};
    const auto size = detail::take_number(fields), resident = detail::take_number(fields);
    const auto total = detail::meminfo_bytes(detail::read_proc(meminfo_path_, 16384), "MemTotal:");
    if (!size || !resident || !total || *total <= 0) return std::nullopt;
    return Usage{static_cast<double>(*resident) * static_cast<double>(sysconf(_SC_PAGESIZE)), *total};
}

}  // namespace sonde
