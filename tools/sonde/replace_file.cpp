// SPDX-License-Identifier: Apache-2.0
#include "replace_file.hpp"

#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers,hicpp-deprecated-headers): mkstemp is POSIX
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "csv_writer.hpp"
#include "errors.hpp"

namespace sonde::tool {
namespace {

[[noreturn]] void cannot_write(const std::string& path, std::string_view why) {
    throw RunError{fmt::format("cannot write {}: {}", path, why)};
}

/// A file beside the one that is meant, so that it can be renamed. Gone with this, unless renamed.
class Beside {
public:
    explicit Beside(const std::string& path) : path_{path}, name_{path + ".XXXXXX"} {
        descriptor_ = ::mkstemp(name_.data());
        if (descriptor_ < 0) cannot_write(path_, std::strerror(errno));
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    ~Beside() {
        ::close(descriptor_);
        if (!renamed_) ::unlink(name_.c_str());
    }

    void write(std::string_view text) const { OutputFile{descriptor_, path_}.write(text); }

    /// The rename comes after the data, also when the machine stops.
    void rename() {
        const mode_t masked = ::umask(0);
        ::umask(masked);
        if (::fchmod(descriptor_, 0666 & ~masked) != 0 || ::fsync(descriptor_) != 0 ||
            std::rename(name_.c_str(), path_.c_str()) != 0)
            cannot_write(path_, std::strerror(errno));
        renamed_ = true;
    }

private:
    const std::string& path_;
    std::string name_;
    int descriptor_;
    bool renamed_ = false;
};

void check_regular(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        cannot_write(path, "it is no regular file");
}

}  // namespace

void check_replaceable(const std::string& path) {
    check_regular(path);
    const Beside beside{path};
}

void replace_file(const std::string& path, std::span<const std::byte> bytes) {
    check_regular(path);
    Beside beside{path};
    beside.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    beside.rename();
}

}  // namespace sonde::tool
