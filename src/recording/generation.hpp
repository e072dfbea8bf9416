// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sonde::detail {

/// How often counts of this process have begun anew: a forked child that shares a folder begins at 0, and
/// what its parent remembered of the past is not the child's. Threading: thread-safe.
[[nodiscard]] std::uint64_t recording_generation() noexcept;
/// Counts begin at 0. By the only thread of a forked child.
void begin_recording_generation() noexcept;

}  // namespace sonde::detail
