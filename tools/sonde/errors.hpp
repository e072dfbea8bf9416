// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace sonde::tool {

/// What the process ends with.
enum ExitCode : int {
    exit_fine = 0,
    exit_failed = 1,         ///< input or output failed, every row was bad, or --strict met a bad row
    exit_usage = 2,          ///< the command line asks for something that does not exist
    exit_interrupted = 130,  ///< Ctrl-C ended a training before its end: 128 + SIGINT, as shells have it
};

/// The command line is wrong; the message says what is allowed.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The command line is right, but the work cannot be done.
class RunError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Whoever read our output has gone, as `head` does: an end, not an error.
class OutputClosed : public std::exception {};

}  // namespace sonde::tool
