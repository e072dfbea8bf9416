// SPDX-License-Identifier: Apache-2.0
#include "input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "errors.hpp"

namespace sonde::tool {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 30U;

[[noreturn]] void cannot_read(const std::string& name) {
    const int error = errno;
    throw RunError{fmt::format("cannot read {}: {}", name, std::strerror(error))};
}

}  // namespace

InputFile::InputFile(const std::string& name)
    : name_{name == "-" ? "standard input" : name},
      descriptor_{name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC)} {
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) cannot_read(name_);
    regular_ = S_ISREG(status.st_mode);
    if (regular_) size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::size_t InputFile::read(std::span<char> room) {
    if (before_read_) before_read_();
    for (;;) {
        const auto got = ::read(descriptor_, room.data(), room.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) cannot_read(name_);
        position_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
}

std::vector<char> read_all(const std::string& name) {
    InputFile input{name};
    std::vector<char> bytes;
    std::array<char, std::size_t{1} << 16U> block{};
    while (const std::size_t got = input.read(block)) {
        bytes.insert(bytes.end(), block.data(), block.data() + got);
        if (bytes.size() > largest_file)
            throw RunError{
                fmt::format("cannot read {}: it is over 1 GiB", name == "-" ? "standard input" : name)};
    }
    return bytes;
}

}  // namespace sonde::tool
