// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "sonde/core/chrono.hpp"

namespace demo {

/// SIGINT and SIGTERM, which arrive where they are waited for and nowhere else. To be made before any
/// thread is started. Threading: single-writer.
class StopSignals {
public:
    StopSignals() {
        sigemptyset(&stop_);
        sigaddset(&stop_, SIGINT);
        sigaddset(&stop_, SIGTERM);
        sigset_t blocked = stop_;
        sigaddset(&blocked, SIGPIPE);  // a peer that hangs up is an error code to us
        pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    }

    /// Sleeps for a while. True when a signal ended it.
    [[nodiscard]] bool arrives_within(sonde::Duration duration) const {
        using namespace std::chrono_literals;
        duration = std::max(duration, sonde::Duration::zero());
        const timespec wait{.tv_sec = duration / 1s, .tv_nsec = (duration % 1s).count()};
        return sigtimedwait(&stop_, nullptr, &wait) > 0;
    }

private:
    sigset_t stop_{};
};

}  // namespace demo
