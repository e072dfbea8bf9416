// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace sonde::tool {
namespace {

volatile std::sig_atomic_t requested_flag = 0;

void on_interrupt(int) {
    constexpr std::string_view text = "\nsonde: ends after this step; Ctrl-C once more: at once\n";
    const int error = errno;
    requested_flag = 1;
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));  // nobody may listen
    errno = error;
}

}  // namespace

Interrupt::Interrupt() {
    requested_flag = 0;
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);  // the second one finds the default
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &before_);
    if (before_.sa_handler == SIG_IGN) ::sigaction(SIGINT, &before_, nullptr);  // a job in the background
}

Interrupt::~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }

bool Interrupt::requested() const noexcept { return requested_flag != 0; }

}  // namespace sonde::tool
