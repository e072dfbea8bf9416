// SPDX-License-Identifier: Apache-2.0
#include "background.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace demo {
namespace {

// Linux has a priority per thread. Without the permission, or elsewhere, it trains like any other.
void yield_to_others() noexcept {
    constexpr int nice = 10;
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
}

}  // namespace

void BackgroundTraining::start() {
    started_ = true;
    training_ = std::async(std::launch::async, [this] {
        yield_to_others();
        return detector_.retrain(sonde::SteadyClock{}.now(), stop_.get_token());
    });
}

std::optional<sonde::Retraining> BackgroundTraining::result() {
    using namespace std::chrono_literals;
    if (!training_.valid() || training_.wait_for(0s) != std::future_status::ready) return std::nullopt;
    return training_.get();
}

}  // namespace demo
