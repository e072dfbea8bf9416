// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "recording/region_file_layout.hpp"
#include "shared_folder/child.hpp"
#include "sonde/core/rng.hpp"
#include "sonde/metrics/shared_recordings.hpp"
#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using sonde::read_shared_folder;
using sonde::testing::Child;
using sonde::testing::recorder;
using sonde::testing::TemporaryFolder;

/// A folder with one process's file, and that file opened.
struct Victim {
    Victim() {
        REQUIRE(Child{recorder({"record", folder.path(), "0", "6", "2", "1000"})}.wait() == 0);
        const std::string path = fs::directory_iterator { folder.path() } -> path().string();
        file = open(path.c_str(), O_RDWR | O_CLOEXEC);
        REQUIRE(file >= 0);
        size = static_cast<std::uint64_t>(lseek(file, 0, SEEK_END));
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    ~Victim() { close(file); }

    [[nodiscard]] unsigned char at(std::uint64_t place) const {
        unsigned char byte = 0;
        REQUIRE(pread(file, &byte, 1, static_cast<off_t>(place)) == 1);
        return byte;
    }
    void put(std::uint64_t place, unsigned char byte) const {
        REQUIRE(pwrite(file, &byte, 1, static_cast<off_t>(place)) == 1);
    }

    TemporaryFolder folder;
    int file = -1;
    std::uint64_t size = 0;
};

const sonde::detail::RegionFileLayout layout;
const std::uint64_t header = sonde::to_bytes(layout).size();

}  // namespace

TEST_CASE("read_shared_folder: no byte of the header and of the directory can be another",
          "[metrics][shared_folder]") {
    const Victim victim;
    const auto whole = read_shared_folder(victim.folder.path());
    REQUIRE(whole.skipped.empty());
    REQUIRE(whole.recordings.items.size() == 5);
    std::uint64_t end = layout.directory_at;
    for (std::uint64_t i = end; i < layout.directory_at + 4096; ++i)
        if (victim.at(i) != 0) end = i + 1;
    for (std::uint64_t place = 0; place < end; ++place) {
        if (place == header) place = layout.directory_at;
        const unsigned char before = victim.at(place);
        victim.put(place, static_cast<unsigned char>(before ^ (1U << (place % 8))));
        const auto read = read_shared_folder(victim.folder.path());
        INFO(place);
        CHECK(read.skipped.size() == 1);
        for (const auto& item : read.recordings.items) {  // what came before the damage
            const auto* const known = whole.recordings.find(item.name, item.labels);
            REQUIRE(known != nullptr);
            CHECK(item == *known);
        }
        victim.put(place, before);
    }
    CHECK(read_shared_folder(victim.folder.path()).recordings == whole.recordings);
}

TEST_CASE("read_shared_folder: whatever the cells hold, reading ends well", "[metrics][shared_folder]") {
    const Victim victim;
    sonde::Rng rng{7};
    for (int round = 0; round < 300; ++round) {
        for (int i = 0; i < 50; ++i) {
            const std::uint64_t region = rng.below((victim.size - layout.regions_at) / layout.reach);
            victim.put(layout.region_at(region) + rng.below(80'000), static_cast<unsigned char>(rng.next()));
        }
        const auto read = read_shared_folder(victim.folder.path());
        for (const auto& item : read.recordings.items) (void)item.histogram.p99();
        CHECK(read.skipped.size() + read.processes >= 1);
    }
}

TEST_CASE("read_shared_folder: a file that was cut off is skipped", "[metrics][shared_folder]") {
    const Victim victim;
    for (const std::uint64_t size : {victim.size - 1, layout.region_at(1) + 1, layout.region_at(1) - 1,
                                     layout.regions_at, layout.directory_at + 10, layout.directory_at,
                                     header + 1, header, header - 1, std::uint64_t{1}, std::uint64_t{0}}) {
        REQUIRE(ftruncate(victim.file, static_cast<off_t>(size)) == 0);
        const auto read = read_shared_folder(victim.folder.path());
        INFO(size);
        CHECK(read.processes == 0);
        CHECK(read.skipped.size() == 1);
        CHECK(read.recordings.items.empty());
    }
}

TEST_CASE("read_shared_folder: a file that was made longer than any process makes it is skipped",
          "[metrics][shared_folder]") {
    const Victim victim;
    const auto whole = read_shared_folder(victim.folder.path());
    constexpr std::uint64_t most = std::uint64_t{1} << 17;
    for (const std::uint64_t regions : {most + 1, std::uint64_t{1} << 34}) {  // 8 TiB, 1 EiB: holes
        const auto size = static_cast<off_t>(layout.region_at(regions));
        if (ftruncate(victim.file, size) != 0) continue;  // no file of that file system is so long
        const auto read = read_shared_folder(victim.folder.path());
        CHECK(read.processes == 0);
        REQUIRE(read.skipped.size() == 1);
        CHECK_THAT(read.skipped[0], Catch::Matchers::ContainsSubstring("longer than any process makes it"));
        CHECK(read.recordings.items.empty());
    }
    REQUIRE(ftruncate(victim.file, static_cast<off_t>(layout.region_at(1000))) == 0);  // as of many threads
    CHECK(read_shared_folder(victim.folder.path()).recordings == whole.recordings);
}

TEST_CASE("read_shared_folder: what is not ours is skipped with the reason", "[metrics][shared_folder]") {
    const TemporaryFolder folder;
    std::ofstream{folder.path() + "/a.sonde"};
    std::ofstream{folder.path() + "/b.sonde"} << std::string(10'000, 'x');
    fs::create_directory(folder.path() + "/c.sonde");
    REQUIRE(mkfifo((folder.path() + "/d.sonde").c_str(), 0600) == 0);
    fs::create_symlink("nowhere", folder.path() + "/e.sonde");
    std::ofstream{folder.path() + "/readme.txt"} << "of no interest";
    const auto read = read_shared_folder(folder.path());
    CHECK(read.processes == 0);
    REQUIRE(read.skipped.size() == 5);
    CHECK_THAT(read.skipped[0], Catch::Matchers::ContainsSubstring("a.sonde: RegionFileView: too short"));
    CHECK_THAT(read.skipped[1], Catch::Matchers::ContainsSubstring("not a file of sonde's"));
    CHECK_THAT(read.skipped[2], Catch::Matchers::ContainsSubstring("not a file"));
    CHECK_THAT(read.skipped[3], Catch::Matchers::ContainsSubstring("not a file"));
    CHECK_THAT(read.skipped[4], Catch::Matchers::ContainsSubstring("No such file"));
}
