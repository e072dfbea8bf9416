// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/published.hpp"

#include <thread>

namespace sonde::detail {

void yield() noexcept { std::this_thread::yield(); }

}  // namespace sonde::detail
