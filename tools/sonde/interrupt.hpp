// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace sonde::tool {

/// While it lives, the first Ctrl-C asks for an end and says so; the second one ends the process, as always.
/// One at a time. Threading: single-writer.
class Interrupt {
public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    /// True after Ctrl-C.
    [[nodiscard]] bool requested() const noexcept;

private:
    struct sigaction before_ {};
};

}  // namespace sonde::tool
