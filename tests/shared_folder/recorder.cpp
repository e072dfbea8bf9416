// SPDX-License-Identifier: Apache-2.0
// Records into a shared folder, in the ways that the tests ask for: recorder <scene> <folder> [...]
// Exit code 1: what it saw itself was wrong, and standard error says what; 77: cannot be shown here.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "shared_folder/stream.hpp"
#include "sonde/metrics/registry.hpp"
#include "sonde/metrics/shared_recordings.hpp"
#include "sonde/recording/shared_folder.hpp"

namespace {

using namespace std::chrono_literals;
using Arguments = std::vector<std::string>;  // without the scene; the folder comes first

void expect(bool fact, const char* what) {
    if (fact) return;
    std::fprintf(stderr, "recorder: not so: %s\n", what);
    std::_Exit(1);
}

unsigned number(const std::string& text) { return static_cast<unsigned>(std::stoul(text)); }

/// <folder> <process> <precision> <threads> <records of each; 0: until killed>
int record(const Arguments& arguments) {
    const unsigned process = number(arguments.at(1)), precision = number(arguments.at(2));
    const unsigned threads = number(arguments.at(3)), records = number(arguments.at(4));
    sonde::share_recordings(arguments.at(0));
    sonde::Registry registry{{.prefix = "fleet"}};
    auto& latency = registry.latency("request_seconds", "Requests.", {}, {.precision_bits = precision});
    auto& sizes = registry.histogram("batch_size", "Sizes.", {}, {.precision_bits = precision});
    auto& level = registry.up_down_counter("in_flight", "Now.");
    std::atomic<unsigned> busy{0};
    std::vector<std::jthread> running;
    for (unsigned t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            auto& done = registry.counter("requests_total", "Done.", {{"thread", std::to_string(t)}});
            sonde::testing::Stream stream{process, t};
            level.add(1);
            for (unsigned i = 0; records == 0 || i < records; ++i) {
                latency.observe(stream.next());
                done.observe();
                if (i < 10) sizes.observe(t + 1);
                if (i == 50'000 && ++busy == threads) {
                    std::puts("all are busy");
                    std::fflush(stdout);
                }
            }
            level.add(-1);
        });
    return 0;
}

/// Before and after a fork, through what was bound before it.
int forked(const Arguments& arguments) {
    sonde::share_recordings(arguments.at(0));
    sonde::Registry registry{{.prefix = "fleet"}};
    auto& latency = registry.latency("request_seconds", "Requests.");
    auto& count = registry.counter("requests_total", "Requests.");
    auto shard = latency.shard();
    std::jthread{[&] { count.observe(100); }}.join();  // a region that the child does not have
    for (int i = 0; i < 1000; ++i) {
        shard.observe(1ms);
        count.observe();
    }
    const pid_t child = fork();
    expect(child >= 0, "fork");
    const int more = child == 0 ? 500 : 10;
    for (int i = 0; i < more; ++i) {
        shard.observe(child == 0 ? 2ms : 3ms);
        latency.observe(child == 0 ? 2ms : 3ms);
        count.observe();
    }
    if (child == 0) {
        expect(count.value() == 500, "a child starts at 0");
        expect(latency.snapshot().count == 1000 && latency.snapshot().min == 2ms, "and so do its latencies");
        registry.counter("child_total", "Made by the child.").observe(7);
        std::_Exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    expect(status == 0, "the child is content");
    expect(count.value() == 1110, "the child's do not count here");
    return 0;
}

/// Many threads and many metrics, until there is no room for more; then what came from it. How many are seen
/// from outside is told in a line.
void fill_up(const std::string& folder) {
    constexpr unsigned threads = 24, latencies = 40;
    sonde::Registry registry{{.prefix = "fleet"}};
    std::vector<sonde::Latency*> all;
    for (unsigned i = 0; i < latencies; ++i)
        all.push_back(&registry.latency("request_seconds", "Requests.", {{"model", std::to_string(i)}}));
    std::vector<std::thread> running;
    std::atomic<unsigned> there{0};
    for (unsigned t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            all[t % latencies]->observe(1s);  // while others come
            ++there;
            while (there < threads) std::this_thread::yield();  // so that no region is adopted
            for (auto* latency : all)
                for (int i = 0; i < 100; ++i) latency->observe(std::chrono::microseconds{1 << (i % 20)});
        });
    for (auto& thread : running) thread.join();
    std::uint64_t here = 0, there_too = 0;
    std::map<std::string, std::uint64_t> counts;
    for (unsigned i = 0; i < latencies; ++i) here += counts[std::to_string(i)] = all[i]->snapshot().count;
    expect(here == threads * (latencies * 100 + 1), "nothing is lost");
    const auto seen = sonde::read_shared_folder(folder);
    expect(seen.skipped.empty() && seen.processes == 1, "the file can be read");
    for (const auto& item : seen.recordings.items) {
        expect(item.histogram.count == counts.at(item.labels.at(0).value), "what is seen is right");
        ++there_too;
    }
    std::printf("%llu of %u latencies are seen\n", static_cast<unsigned long long>(there_too), latencies);
}

/// On a disk of <bytes>, which nobody but this process sees.
int full(const Arguments& arguments) {
    const std::string& folder = arguments.at(0);
    const bool root = geteuid() == 0;
    if (unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return 77;
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    const std::string size = "size=" + arguments.at(1);
    if (mount("tmpfs", folder.c_str(), "tmpfs", 0, size.c_str()) != 0) return 77;
    try {
        sonde::share_recordings(folder);
    } catch (const std::runtime_error& error) {
        std::puts(error.what());
        return 0;
    }
    fill_up(folder);
    return 0;
}

/// With files of at most <bytes>.
int limited(const Arguments& arguments) {
    const rlimit limit{std::stoul(arguments.at(1)), RLIM_INFINITY};
    expect(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    try {
        sonde::share_recordings(arguments.at(0));
    } catch (const std::runtime_error& error) {
        std::puts(error.what());
        return 0;
    }
    fill_up(arguments.at(0));
    return 0;
}

/// As a process that becomes a daemon: whatever is open is closed, and other files take the numbers.
int closed(const Arguments& arguments) {
    sonde::share_recordings(arguments.at(0));
    sonde::Counter here;
    here.observe();
    std::vector<FILE*> others;
    for (int i = 3; i < 16; ++i) close(i);
    for (int i = 3; i < 16; ++i) others.push_back(tmpfile());
    std::thread{[&] { here.observe(); }}.join();
    sonde::Registry registry;
    for (int i = 0; i < 10; ++i) registry.latency("l_seconds", "L.", {{"n", std::to_string(i)}}).observe(1ms);
    for (FILE* const other : others) {
        expect(std::fseek(other, 0, SEEK_END) == 0 && std::ftell(other) == 0,
               "files of others are left alone");
        std::fclose(other);
    }
    expect(here.value() == 2, "nothing is lost");
    return 0;
}

/// Asks too late, or twice.
int misused(const Arguments& arguments) {
    const auto refused = [&] {
        try {
            sonde::share_recordings(arguments.at(0));
            return false;
        } catch (const std::logic_error&) {
            return true;
        }
    };
    if (arguments.at(1) == "twice") {
        sonde::share_recordings(arguments.at(0));
        expect(refused(), "the second folder is refused");
        return 0;
    }
    const sonde::Counter first;
    expect(refused(), "a metric is there already");
    return 0;
}

/// Registers the same again, after it was destroyed.
int again(const Arguments& arguments) {
    sonde::share_recordings(arguments.at(0));
    for (std::uint64_t n : {5U, 7U}) {
        sonde::Registry registry{{.prefix = "fleet"}};
        auto& count = registry.counter("requests_total", "Requests.");
        expect(count.value() == 0, "a new one begins at 0");
        count.observe(n);
        registry.latency("request_seconds", "Requests.").observe(std::chrono::milliseconds{n});
    }
    return 0;
}

/// More names than the directory has room for.
int crowded(const Arguments& arguments) {
    constexpr int all = 500;
    sonde::share_recordings(arguments.at(0));
    sonde::Registry registry{{.prefix = "fleet"}};
    for (int i = 0; i < all; ++i) {
        auto& count = registry.counter("requests_total", "Requests.",
                                       {{"model", std::to_string(i) + std::string(10'000, 'x')}});
        count.observe(3);
        expect(count.value() == 3, "a metric that nobody sees works");
    }
    return 0;
}

/// The name that `record` has for a level.
int other_kind(const Arguments& arguments) {
    sonde::share_recordings(arguments.at(0));
    sonde::Registry registry{{.prefix = "fleet"}};
    registry.histogram("in_flight", "Sizes.").observe(1);
    return 0;
}

/// Forks where no file can be made.
int orphaned(const Arguments& arguments) {
    sonde::share_recordings(arguments.at(0));
    sonde::Counter count;
    count.observe(5);
    std::filesystem::remove_all(arguments.at(0));
    const pid_t child = fork();
    if (child == 0) {
        count.observe(2);
        const sonde::Counter more[100];
        expect(count.value() == 2 && more[99].value() == 0, "the child records into memory of its own");
        std::_Exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    expect(status == 0 && count.value() == 5, "and the parent sees nothing of it");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::map<std::string, std::function<int(const Arguments&)>> scenes{
        {"record", record},         {"forked", forked},    {"full", full},   {"limited", limited},
        {"closed", closed},         {"misused", misused},  {"again", again}, {"crowded", crowded},
        {"other_kind", other_kind}, {"orphaned", orphaned}};
    const Arguments arguments(argv + std::min(argc, 2), argv + argc);
    try {
        return argc < 3 ? 2 : scenes.at(argv[1])(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "recorder: %s\n", error.what());
        return 1;
    }
}
