// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration): not every system's unistd.h has it

namespace sonde::testing {

/// A folder that goes with the object; in memory where there is such a place.
class TemporaryFolder {
public:
    TemporaryFolder() {
        const std::filesystem::path base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
        std::string name = (base / "sonde-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Another process, whose lines can be read.
class Child {
public:
    explicit Child(std::vector<std::string> command) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe2"};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::vector<char*> argv;
        for (std::string& word : command) argv.push_back(word.data());
        argv.push_back(nullptr);
        const int error = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        out_ = fdopen(ends[0], "r");
        if (error != 0) throw std::runtime_error{"cannot run " + command.front()};
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) kill();
        fclose(out_);
    }

    /// The next line, without its end; empty at the end of all.
    [[nodiscard]] std::string line() {
        std::string result;
        for (int c = fgetc(out_); c != EOF && c != '\n'; c = fgetc(out_)) result += static_cast<char>(c);
        return result;
    }
    /// SIGKILL, in the middle of whatever it does.
    void kill() {
        ::kill(pid_, SIGKILL);
        (void)wait();
    }
    /// Its exit status; minus the signal that ended it.
    [[nodiscard]] int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    pid_t pid_ = -1;
    FILE* out_;
};

/// The program `recorder`, which lies beside this one.
inline std::vector<std::string> recorder(std::vector<std::string> arguments) {
    const auto here = std::filesystem::canonical("/proc/self/exe").parent_path();
    arguments.insert(arguments.begin(), (here / "recorder").string());
    return arguments;
}

}  // namespace sonde::testing
