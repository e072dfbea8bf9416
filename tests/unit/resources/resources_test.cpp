// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "sonde/metrics/registry.hpp"
#include "sonde/resources/host.hpp"
#include "sonde/resources/process.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const sonde::TimePoint start{1000s};

/// A folder that looks like /proc, with what a test puts there.
class FakeProc {
public:
    FakeProc() {
        std::string name = (fs::temp_directory_path() / "sonde-proc-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        root_ = name;
        fs::create_directories(root_ / "self");
    }
    FakeProc(const FakeProc&) = delete;
    FakeProc& operator=(const FakeProc&) = delete;
    ~FakeProc() { fs::remove_all(root_); }

    void put(const char* path, const std::string& text) const { std::ofstream{root_ / path} << text; }
    [[nodiscard]] sonde::ProcOptions options() const { return {.root = root_.string()}; }

private:
    fs::path root_;
};

std::string self_stat(long user, long system, const std::string& name = "server") {
    return "4242 (" + name + ") S 1 4242 4242 0 -1 4194304 900 0 3 0 " + std::to_string(user) + " " +
           std::to_string(system) + " 0 0 20 0 9 0 81234 1000000 500 18446744073709551615\n";
}

constexpr const char* meminfo =
    "MemTotal:        8000 kB\nMemFree:         1000 kB\nMemAvailable:    6000 kB\nBuffers:  10 kB\n";

}  // namespace

TEST_CASE("ProcessCpu: cores are processor time by time between two readings", "[resources]") {
    FakeProc proc;
    const std::string name = GENERATE("server", "a) b (c) S 1 2", "");
    const long hertz = sysconf(_SC_CLK_TCK);
    sonde::ProcessCpu cpu{proc.options()};
    proc.put("self/stat", self_stat(100, 50, name));
    CHECK_FALSE(cpu.read(start));
    proc.put("self/stat", self_stat(100 + hertz, 50 + 2 * hertz, name));
    const auto usage = cpu.read(start + 2s);
    REQUIRE(usage);
    CHECK(usage->used == Approx(1.5));
    CHECK(usage->total >= 1);
    CHECK(cpu.read(start + 3s)->used == 0);
}

TEST_CASE("ProcessCpu: files that are missing, malformed or run backwards are absent", "[resources]") {
    FakeProc proc;
    sonde::ProcessCpu cpu{proc.options()};
    CHECK_FALSE(cpu.read(start));
    for (const char* bad : {"", "\n", "1 (x)", "1 (x) ", "1 (x) S 1 2 3", "no parentheses at all 1 2 3",
                            "1 (x) S 1 1 1 0 -1 4 9 0 3 0 abc 7 0", "1 (x) S 1 1 1 0 -1 4 9 0 3 0 -5 7 0",
                            "1 (x) S 1 1 1 0 -1 4 9 0 3 0 99999999999999999999999 7 0"}) {
        proc.put("self/stat", bad);
        CAPTURE(bad);
        CHECK_FALSE(cpu.read(start + 1s));
        CHECK_FALSE(cpu.read(start + 2s));
    }
    proc.put("self/stat", self_stat(100, 50));
    CHECK_FALSE(cpu.read(start + 3s));
    CHECK_FALSE(cpu.read(start + 3s));  // no time has passed
    CHECK(cpu.read(start + 4s));
    proc.put("self/stat", self_stat(10, 5));
    CHECK_FALSE(cpu.read(start + 5s));
}

TEST_CASE("ProcessMemory: resident pages of the host's memory", "[resources]") {
    FakeProc proc;
    sonde::ProcessMemory memory{proc.options()};
    CHECK_FALSE(memory.read(start));
    proc.put("self/statm", "5000 100 30 1 0 400 0\n");
    CHECK_FALSE(memory.read(start));
    proc.put("meminfo", meminfo);
    CHECK(memory.read(start) ==
          sonde::Usage{100.0 * static_cast<double>(sysconf(_SC_PAGESIZE)), 8000.0 * 1024});
    for (const char* bad : {"", "5000", "5000 x", "x 100"}) {
        proc.put("self/statm", bad);
        CHECK_FALSE(memory.read(start));
    }
}

TEST_CASE("HostMemory: what cannot be had without swapping", "[resources]") {
    FakeProc proc;
    sonde::HostMemory memory{proc.options()};
    CHECK_FALSE(memory.read(start));
    proc.put("meminfo", meminfo);
    CHECK(memory.read(start) == sonde::Usage{2000.0 * 1024, 8000.0 * 1024});
    for (const char* bad : {"", "MemTotal: 8000 kB\n", "MemTotal: x kB\nMemAvailable: 1 kB\n",
                            "MemTotal: 0 kB\nMemAvailable: 0 kB\n", "MemTotal: 1 kB\nMemAvailable: 2 kB\n"}) {
        proc.put("meminfo", bad);
        CAPTURE(bad);
        CHECK_FALSE(memory.read(start));
    }
}

TEST_CASE("HostCpu: busy time is neither idle nor waiting for a disk", "[resources]") {
    FakeProc proc;
    sonde::HostCpu cpu{proc.options()};
    proc.put("stat", "cpu  100 10 50 1000 200 5 5 30 0 0\ncpu0 1 1\ncpu1 1 1\ncpu2 1 1\ncpu3 1 1\nintr 5\n");
    CHECK_FALSE(cpu.read(start));
    // busy +60, idle +100, iowait +40: 0.3 of 4 cores
    proc.put("stat",
             "cpu  120 20 60 1100 240 10 10 40 7 7\ncpu0 1 1\ncpu1 1 1\ncpu2 1 1\ncpu3 1 1\nintr 5\n");
    const auto usage = cpu.read(start + 1s);
    REQUIRE(usage);
    CHECK(usage->used == Approx(1.2));
    CHECK(usage->total == 4);
    CHECK_FALSE(cpu.read(start + 2s));  // the counters stood still
}

TEST_CASE("HostCpu: files that are missing, malformed or run backwards are absent", "[resources]") {
    FakeProc proc;
    sonde::HostCpu cpu{proc.options()};
    CHECK_FALSE(cpu.read(start));
    for (const char* bad : {"", "cpu  1 2 3\ncpu0 1\n", "cpu  1 2 3 x\ncpu0 1\n", "cpu0 1 2 3 4\n",
                            "intr 1\n", "cpu  1 2 3 4\nintr 1\n"}) {
        proc.put("stat", bad);
        CAPTURE(bad);
        CHECK_FALSE(cpu.read(start));
    }
    proc.put("stat", "cpu  10 20 30 40\ncpu0 1\n");
    CHECK_FALSE(cpu.read(start));
    proc.put("stat", "cpu  11 20 30 43\ncpu0 1\n");
    CHECK(cpu.read(start)->used == Approx(0.25));
    proc.put("stat", "cpu  1 2 3 4\ncpu0 1\n");
    CHECK_FALSE(cpu.read(start));
}

TEST_CASE("resources: this machine's own /proc can be read", "[resources]") {
    if (!fs::exists("/proc/self/statm")) return;
    const auto process = sonde::ProcessMemory{}.read(start), host = sonde::HostMemory{}.read(start);
    REQUIRE((process && host));
    CHECK(process->used > 0);
    CHECK(process->used < process->total);
    CHECK(host->used > 0);
    sonde::ProcessCpu cpu;
    sonde::HostCpu host_cpu;
    (void)cpu.read(start);
    (void)host_cpu.read(start);
    CHECK(cpu.read(start + 1s));
}

TEST_CASE("resources: a registry exports them under the names of their units", "[resources]") {
    FakeProc proc;
    proc.put("self/statm", "5000 100 30 1 0 400 0\n");
    proc.put("meminfo", meminfo);
    sonde::Registry registry;
    registry.watch(sonde::ProcessMemory{proc.options()});
    registry.watch(sonde::HostMemory{proc.options()});
    registry.watch(sonde::ProcessCpu{proc.options()});
    registry.watch(sonde::HostCpu{proc.options()});
    registry.tick(start);
    std::vector<std::string> names;
    for (const auto& family : registry.families(start)) names.push_back(family.name);
    CHECK(names == std::vector<std::string>{"sonde_process_memory_used_bytes",
                                            "sonde_process_memory_limit_bytes",
                                            "sonde_process_memory_used_ratio", "sonde_host_memory_used_bytes",
                                            "sonde_host_memory_limit_bytes", "sonde_host_memory_used_ratio"});
}
