// SPDX-License-Identifier: Apache-2.0
#include "recording/region_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "recording/generation.hpp"

namespace sonde::detail {

namespace {

constexpr std::size_t largest_reach = std::size_t{64} << 20;
/// Blocks are taken in steps of this, for every thread: smaller than what merely may be touched.
constexpr std::size_t usual_step = std::size_t{64} << 10;
constexpr std::size_t longest_name = 48;  // "/", a pid, a time, ".sonde"

/// Makes the file longer. Asks before: the kernel would end the process (SIGXFSZ).
bool grow(int file, std::uint64_t size) noexcept {
    struct stat now {};
    if (fstat(file, &now) != 0) return false;
    if (static_cast<std::uint64_t>(now.st_size) >= size) return true;
    rlimit limit{};
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size > limit.rlim_cur) {
        errno = EFBIG;
        return false;
    }
    return ftruncate(file, static_cast<off_t>(size)) == 0;
}

/// Has the disk set the blocks aside.
bool allocate(int file, std::uint64_t at, std::uint64_t size) noexcept {
    int error;
    do error = posix_fallocate(file, static_cast<off_t>(at), static_cast<off_t>(size));
    while (error == EINTR);
    errno = error;
    return error == 0;
}

bool write_all(int file, std::uint64_t at, std::span<const std::byte> bytes) noexcept {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    return written == static_cast<ssize_t>(bytes.size());
}

std::uint64_t nanoseconds_now() noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

[[noreturn]] void give_up(const std::string& folder, int error) {
    throw std::runtime_error{"share_recordings: " + folder + ": " + std::generic_category().message(error)};
}

}  // namespace

RegionFile::RegionFile(const std::string& folder)
    : folder_{folder},
      path_(folder.size() + longest_name, '\0'),
      directory_end_{layout_.directory_at},
      fallback_{reach_within_limits(largest_reach)} {
    layout_.reach = fallback_.reach();
    header_ = to_bytes(layout_);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) give_up(folder, error.value());
    if (!begin(1, step())) give_up(folder, errno);
}

std::size_t RegionFile::reach() const noexcept { return fallback_.reach(); }
std::size_t RegionFile::step() const noexcept { return std::min(usual_step, reach()); }

// Calls nothing that a child of a process with threads may not call: no allocation above all.
bool RegionFile::begin(std::uint64_t regions, std::size_t open) noexcept {
    std::snprintf(path_.data(), path_.size(), "%s/%ld-%llx.sonde", folder_.c_str(),
                  static_cast<long>(getpid()), static_cast<unsigned long long>(nanoseconds_now()));
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file_ < 0) return false;
    if (fill(regions, open)) return true;
    const int error = errno;
    discard();
    errno = error;
    return false;
}

bool RegionFile::fill(std::uint64_t regions, std::size_t open) noexcept {
    struct stat now {};
    if (fstat(file_, &now) != 0 || !grow(file_, layout_.region_at(regions))) return false;
    device_ = now.st_dev;
    inode_ = now.st_ino;
    for (std::uint64_t i = 0; i < regions; ++i)
        if (!allocate(file_, layout_.region_at(i), open)) return false;
    return allocate(file_, 0, layout_.directory_at) && write_all(file_, 0, header_);
}

void RegionFile::discard() noexcept {
    unlink(path_.c_str());
    close(file_);
    file_ = -1;
}

/// A process that becomes a daemon closes what it has open, and others open files under the same number.
bool RegionFile::is_ours() const noexcept {
    struct stat now {};
    return fstat(file_, &now) == 0 && now.st_dev == device_ && now.st_ino == inode_;
}

void* RegionFile::map_at(void* place, std::uint32_t number, int fixed) noexcept {
    void* const memory = mmap(place, reach(), PROT_READ | PROT_WRITE, MAP_SHARED | fixed, file_,
                              static_cast<off_t>(layout_.region_at(number)));
    return memory == MAP_FAILED ? nullptr : memory;
}

void* RegionFile::map(std::uint32_t number, std::size_t open) noexcept {
    const std::uint64_t at = layout_.region_at(number);
    if (!is_ours() || !grow(file_, at + reach()) || !allocate(file_, at, open)) return nullptr;
    return map_at(nullptr, number, 0);
}

bool RegionFile::open(Region* region, std::size_t from, std::size_t to) noexcept {
    return is_ours() && allocate(file_, layout_.region_at(region->number) + from, to - from);
}

bool RegionFile::append(std::span<const std::byte> entry) noexcept {
    if (entry.size() > layout_.regions_at - directory_end_ || !is_ours()) return false;
    // A kill in the middle leaves an entry with a wrong checksum, and none comes after it.
    if (!allocate(file_, directory_end_, entry.size()) || !write_all(file_, directory_end_, entry))
        return false;
    directory_end_ += entry.size();
    return true;
}

bool RegionFile::copy_directory(int from) noexcept {
    std::array<std::byte, 4096> buffer;
    for (std::uint64_t at = layout_.directory_at; at < directory_end_;) {
        const std::size_t size = std::min<std::uint64_t>(buffer.size(), directory_end_ - at);
        const ssize_t read = pread(from, buffer.data(), size, static_cast<off_t>(at));
        if (read <= 0) return false;
        const std::span<const std::byte> part{buffer.data(), static_cast<std::size_t>(read)};
        if (!write_all(file_, at, part)) return false;
        at += part.size();
    }
    return true;
}

RegionSource* RegionFile::in_child(std::vector<Region*>& regions, const Region* own,
                                   std::size_t open) noexcept {
    std::erase_if(regions, [&](Region* region) {
        return region->number != 0 && region != own && munmap(region, reach()) == 0;
    });
    begin_recording_generation();
    const int parents = is_ours() ? file_ : -1;
    const bool begun = begin(regions.size(), open) && copy_directory(parents);
    for (std::uint32_t i = 0; i < regions.size(); ++i) {
        const void* const pool = regions[i]->pool;
        if (!begun || map_at(regions[i], i, MAP_FIXED) == nullptr)
            if (!fallback_.replace(regions[i], open)) continue;  // rather a wrong count than no server
        new (regions[i]) Region{pool, i};
    }
    if (parents >= 0) close(parents);
    if (begun) return this;
    if (file_ >= 0) discard();
    return &fallback_;
}

}  // namespace sonde::detail
