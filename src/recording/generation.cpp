// SPDX-License-Identifier: Apache-2.0
#include "recording/generation.hpp"

#include "sonde/core/atomic.hpp"

namespace sonde::detail {

namespace {
constinit Atomic<std::uint64_t> generation;
}  // namespace

std::uint64_t recording_generation() noexcept { return generation.load(); }

void begin_recording_generation() noexcept { generation.add(1); }

}  // namespace sonde::detail
