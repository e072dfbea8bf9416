// SPDX-License-Identifier: Apache-2.0
#include "recording/region_file_view.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sonde/core/error.hpp"

namespace sonde::detail {

namespace {

/// No process has so many threads at once; more are a length that somebody gave the file, and reading a region takes
/// its time even where it is a hole.
constexpr std::uint64_t most_regions = std::uint64_t{1} << 17;

[[noreturn]] void refuse(std::string_view why) { fail_format("RegionFileView", why); }
[[noreturn]] void refuse_with_errno() { refuse(std::generic_category().message(errno)); }

}  // namespace

// Without O_NONBLOCK somebody's pipe of that name would hold us up.
RegionFileView::RegionFileView(const std::string& path)
    : file_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {
    if (file_ < 0) refuse_with_errno();
    try {
        check();
    } catch (...) {
        close(file_);
        throw;
    }
}

RegionFileView::~RegionFileView() { close(file_); }

void RegionFileView::check() {
    struct stat now {};
    if (fstat(file_, &now) != 0) refuse_with_errno();
    if (!S_ISREG(now.st_mode)) refuse("not a file");
    const auto size = static_cast<std::uint64_t>(now.st_size);
    std::vector<std::byte> header(to_bytes(layout_).size());
    if (size < header.size()) refuse("too short: is it being made, or was its process killed meanwhile?");
    read_at(0, header.data(), header.size());
    layout_ = from_bytes<RegionFileLayout>(header);
    if (size < layout_.region_at(1) || (size - layout_.regions_at) % layout_.reach != 0) refuse("truncated");
    regions_ = (size - layout_.regions_at) / layout_.reach;
    if (regions_ > most_regions) refuse("longer than any process makes it");
}

std::vector<std::byte> RegionFileView::directory() const {
    std::vector<std::byte> bytes(layout_.regions_at - layout_.directory_at);
    read_at(layout_.directory_at, bytes.data(), bytes.size());
    return bytes;
}

void RegionFileView::read(std::uint64_t region, std::uint64_t offset, std::span<Cell> cells) const {
    read_at(layout_.region_at(region) + offset, cells.data(), cells.size_bytes());
}

void RegionFileView::read_at(std::uint64_t at, void* into, std::size_t size) const {
    for (std::size_t done = 0; done < size;) {
        const ssize_t n =
            pread(file_, static_cast<std::byte*>(into) + done, size - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) refuse_with_errno();
        if (n == 0) refuse("truncated while it was read");
        done += static_cast<std::size_t>(n);
    }
}

}  // namespace sonde::detail
