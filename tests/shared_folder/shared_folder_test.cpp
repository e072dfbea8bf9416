// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/shared_folder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shared_folder/child.hpp"
#include "shared_folder/stream.hpp"
#include "sonde/metrics/shared_recordings.hpp"
#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using sonde::Duration;
using sonde::Recording;
using sonde::testing::Child;
using sonde::testing::recorder;
using sonde::testing::TemporaryFolder;

const Recording& named(const sonde::SharedRecordings& read, const std::string& name) {
    const Recording* const found = read.recordings.find(name);
    REQUIRE(found != nullptr);
    return *found;
}

std::uint64_t done_by(const sonde::SharedRecordings& read, unsigned thread) {
    const Recording* const found =
        read.recordings.find("fleet_requests_total", {{"thread", std::to_string(thread)}});
    REQUIRE(found != nullptr);
    return found->count;
}

/// The value of rank ceil(q * size), and the one `shift` ranks further.
std::uint64_t truth(const std::vector<Duration>& sorted, double q, int shift) {
    const double rank = std::ceil(q * static_cast<double>(sorted.size())) - 1 + shift;
    const double last = static_cast<double>(sorted.size() - 1);
    return static_cast<std::uint64_t>(sorted[static_cast<std::size_t>(std::clamp(rank, 0.0, last))].count());
}

/// `sonde merge` says the same, and writes it.
void check_with_tool(const std::string& a, const std::string& b, const std::string& c,
                     const sonde::Recordings& expected) {
    const char* const tool = std::getenv("SONDE_BIN");
    if (tool == nullptr || !fs::exists(tool)) {
        WARN("skipped: there is no command line tool to ask (SONDE_BIN)");
        return;
    }
    const TemporaryFolder folder;
    const std::string sum = folder.path() + "/sum.bin";
    Child merge{{tool, "merge", "--strict", "--format", "csv", "--output", sum, a, b, c}};
    std::string row;
    for (std::string line = merge.line(); !line.empty(); line = merge.line())
        if (line.starts_with("fleet_request_seconds")) row = line;
    REQUIRE(merge.wait() == 0);
    const auto& latency = *expected.find("fleet_request_seconds");
    CHECK_THAT(row, Catch::Matchers::ContainsSubstring(
                        std::string{","}.append(std::to_string(latency.histogram.count)).append(",")));
    std::ifstream file{sum, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    CHECK(sonde::from_bytes<sonde::Recordings>(std::as_bytes(std::span{bytes})) == expected);
}

constexpr unsigned processes = 3, threads = 3, records = 60'000;
constexpr int killed = 1;  // the process

/// What three processes left behind, and the durations that they told to have recorded.
struct Fleet {
    TemporaryFolder folders[processes];
    sonde::Recordings whole;
    std::vector<Duration> pooled;
};

/// Each records with a precision of its own, and one is killed in the middle.
void run(const Fleet& fleet) {
    const auto start = [&](unsigned p, unsigned n) {
        return recorder({"record", fleet.folders[p].path(), std::to_string(p), std::to_string(5 + p),
                         std::to_string(threads), std::to_string(n)});
    };
    Child first{start(0, records)}, second{start(killed, 0)}, third{start(2, records)};
    REQUIRE(second.line() == "all are busy");
    second.kill();
    REQUIRE(first.wait() == 0);
    REQUIRE(third.wait() == 0);
}

void read_process(Fleet& fleet, unsigned p) {
    const auto read = sonde::read_shared_folder(fleet.folders[p].path());
    CHECK(read.processes == 1);
    CHECK(read.skipped.empty());
    std::uint64_t here = 0;
    for (unsigned t = 0; t < threads; ++t) {
        const std::uint64_t n = done_by(read, t);
        if (p != killed) CHECK(n == records);
        if (p == killed) CHECK(n >= 50'000);
        sonde::testing::Stream stream{p, t};
        for (std::uint64_t i = 0; i < n; ++i) fleet.pooled.push_back(stream.next());
        here += n;
    }
    const Recording& latency = named(read, "fleet_request_seconds");
    CHECK(latency.kind == sonde::RecordingKind::latency);
    CHECK(latency.histogram.precision_bits == 5 + p);
    // A thread that was killed may have recorded what it had not yet counted as done: one each.
    CHECK(latency.histogram.count >= here);
    CHECK(latency.histogram.count <= here + (p == killed ? threads : 0));
    CHECK(named(read, "fleet_in_flight").count == (p == killed ? threads : 0));
    CHECK(named(read, "fleet_batch_size").histogram.count == 10 * threads);
    CHECK(named(read, "fleet_batch_size").histogram.sum == 10 * (1 + 2 + 3));
    fleet.whole.merge(read.recordings);
}

/// \param pooled  sorted; the histogram may hold one more of each killed thread
void check_against(const std::vector<Duration>& pooled, const sonde::HistogramSnapshot& all) {
    CHECK(all.precision_bits == 5);
    CHECK(all.count >= pooled.size());
    CHECK(all.count <= pooled.size() + threads);
    if (all.count == pooled.size()) {
        CHECK(all.min == truth(pooled, 0, 0));
        CHECK(all.max == truth(pooled, 1, 0));
    }
    for (const double q : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
        const auto low = static_cast<double>(truth(pooled, q, -int{threads}));
        const auto high = static_cast<double>(truth(pooled, q, threads));
        const auto interpolated = static_cast<double>(all.quantile(q).value());
        CHECK(interpolated >= low * (1 - 0x1p-5));
        CHECK(interpolated <= high * (1 + 0x1p-5));
        const auto middle = static_cast<double>(all.quantile_midpoint(q).value());
        CHECK(middle >= low * (1 - 0x1p-6));
        CHECK(middle <= high * (1 + 0x1p-6));
    }
}

}  // namespace

// What `sonde merge` must say is checked in the same run: the folders of a killed process are never the same.
TEST_CASE("shared folders: three processes of different precision, one of them killed, add up exactly",
          "[recording][shared_folder]") {
    Fleet fleet;
    run(fleet);
    for (unsigned p = 0; p < processes; ++p) read_process(fleet, p);
    check_with_tool(fleet.folders[0].path(), fleet.folders[1].path(), fleet.folders[2].path(), fleet.whole);
    std::sort(fleet.pooled.begin(), fleet.pooled.end());
    const auto* const all = fleet.whole.find("fleet_request_seconds");
    REQUIRE(all != nullptr);
    check_against(fleet.pooled, all->histogram);
}

TEST_CASE("shared folders: several processes in one folder are one whole", "[recording][shared_folder]") {
    const TemporaryFolder folder;
    {
        std::vector<std::unique_ptr<Child>> children;
        for (const char* process : {"0", "1", "2", "3"})
            children.push_back(
                std::make_unique<Child>(recorder({"record", folder.path(), process, "6", "2", "5000"})));
        for (const auto& child : children) CHECK(child->wait() == 0);
    }
    const auto read = sonde::read_shared_folder(folder.path());
    CHECK(read.processes == 4);
    CHECK(named(read, "fleet_request_seconds").histogram.count == 40'000);
    CHECK(done_by(read, 1) == 20'000);
}

TEST_CASE("shared folders: a living process is seen while it records", "[recording][shared_folder]") {
    const TemporaryFolder folder;
    Child child{recorder({"record", folder.path(), "0", "6", "2", "0"})};
    REQUIRE(child.line() == "all are busy");
    std::uint64_t before = 0;
    for (int i = 0; i < 50; ++i) {
        const auto read = sonde::read_shared_folder(folder.path());
        REQUIRE(read.skipped.empty());
        const auto& histogram = named(read, "fleet_request_seconds").histogram;
        CHECK(histogram.count >= std::max<std::uint64_t>(before, 100'000));
        before = histogram.count;
    }
}

TEST_CASE("shared folders: a forked child begins a file of its own, at 0", "[recording][shared_folder]") {
    const TemporaryFolder folder;
    REQUIRE(Child{recorder({"forked", folder.path()})}.wait() == 0);
    const auto read = sonde::read_shared_folder(folder.path());
    CHECK(read.processes == 2);
    CHECK(read.skipped.empty());
    CHECK(named(read, "fleet_requests_total").count == 1110 + 500);
    CHECK(named(read, "fleet_child_total").count == 7);
    const auto& latency = named(read, "fleet_request_seconds").histogram;
    CHECK(latency.count == 1000 + 20 + 1000);
    CHECK(latency.max == 3'000'000);
    CHECK(latency.sum == 1000 * 1'000'000U + 1000 * 2'000'000U + 20 * 3'000'000U);
}

TEST_CASE("shared folders: a forked child that can make no file records into memory of its own",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    CHECK(Child{recorder({"orphaned", folder.path() + "/gone"})}.wait() == 0);
}

TEST_CASE("shared folders: metrics that the directory has no room for work, unseen",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    REQUIRE(Child{recorder({"crowded", folder.path()})}.wait() == 0);
    const auto read = sonde::read_shared_folder(folder.path());
    CHECK(read.skipped.empty());
    CHECK(read.recordings.items.size() > 400);
    CHECK(read.recordings.items.size() < 500);
    for (const Recording& item : read.recordings.items) CHECK(item.count == 3);
}

TEST_CASE("shared folders: a file in which a name is another kind is skipped", "[recording][shared_folder]") {
    const TemporaryFolder folder;
    REQUIRE(Child{recorder({"record", folder.path(), "0", "6", "1", "10"})}.wait() == 0);
    REQUIRE(Child{recorder({"other_kind", folder.path()})}.wait() == 0);
    const auto read = sonde::read_shared_folder(folder.path());
    CHECK(read.processes == 1);
    REQUIRE(read.skipped.size() == 1);
    CHECK_THAT(read.skipped[0], Catch::Matchers::ContainsSubstring("fleet_in_flight"));
}

TEST_CASE("shared folders: what a destroyed registry recorded stays", "[recording][shared_folder]") {
    const TemporaryFolder folder;
    REQUIRE(Child{recorder({"again", folder.path()})}.wait() == 0);
    const auto read = sonde::read_shared_folder(folder.path());
    CHECK(named(read, "fleet_requests_total").count == 12);
    CHECK(named(read, "fleet_request_seconds").histogram.sum == 12'000'000);
}

TEST_CASE("shared folders: where the disk is full threads share, and nothing is lost",
          "[recording][shared_folder]") {
    const char* const size = GENERATE("16k", "100k", "400k", "1m", "4m", "200m");
    const TemporaryFolder folder;
    Child child{recorder({"full", folder.path(), size})};
    const std::string said = child.line();
    const int status = child.wait();
    if (status == 77) {
        WARN("skipped: no disk of our own can be mounted here");
        return;
    }
    INFO(size << ": " << said);
    CHECK(status == 0);
    if (size == std::string{"16k"}) CHECK_THAT(said, Catch::Matchers::ContainsSubstring("No space left"));
    if (size == std::string{"200m"}) CHECK(said == "40 of 40 latencies are seen");
}

TEST_CASE("shared folders: a limit on the size of files refuses regions, and ends nobody",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    const unsigned regions = GENERATE(0U, 1U, 3U);
    const std::uint64_t limit = (4U << 20) + std::uint64_t{regions} * (64U << 20);  // directory, regions
    Child child{recorder({"limited", folder.path(), std::to_string(limit)})};
    const std::string said = child.line();
    CHECK(child.wait() == 0);
    if (regions == 0)
        CHECK_THAT(said, Catch::Matchers::ContainsSubstring(folder.path() + ": File too large"));
    else
        CHECK(said == "40 of 40 latencies are seen");
}

TEST_CASE("shared folders: a process that closes our file writes to nobody else's",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    CHECK(Child{recorder({"closed", folder.path()})}.wait() == 0);
}

TEST_CASE("shared folders: asking too late or twice is refused, and leaves no file",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    CHECK(Child{recorder({"misused", folder.path() + "/late/and/deep", "late"})}.wait() == 0);
    CHECK(fs::is_empty(folder.path() + "/late/and/deep"));
    CHECK(Child{recorder({"misused", folder.path() + "/twice", "twice"})}.wait() == 0);
    CHECK(std::distance(fs::directory_iterator{folder.path() + "/twice"}, {}) == 1);
}

TEST_CASE("shared folders: a folder that cannot be made or read is refused with the reason",
          "[recording][shared_folder]") {
    const TemporaryFolder folder;
    std::ofstream{folder.path() + "/file"} << "text";
    CHECK_THROWS_WITH(sonde::share_recordings(folder.path() + "/file"),
                      Catch::Matchers::ContainsSubstring("Not a directory"));
    CHECK_THROWS_AS(sonde::read_shared_folder(folder.path() + "/nowhere"), std::runtime_error);
    CHECK_THROWS_WITH(sonde::read_shared_folder(folder.path() + "/nowhere"),
                      Catch::Matchers::ContainsSubstring("No such file"));
}
