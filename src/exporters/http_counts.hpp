// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "sonde/metrics/family.hpp"

namespace sonde::detail {

/// Why a connection ended before its client was through with it.
enum class Lost : std::uint8_t {
    timeout,     ///< took too long to ask or to read
    crowded,     ///< the one that was quiet longest, closed to make room
    unread,      ///< held an answer that nobody read while too much of that was pending
    no_request,  ///< left, or was sent away, before a whole request was there
};

/// What an endpoint counts about itself. Thread-safe: counts only grow, and nothing is read from one to
/// interpret another, so relaxed order is enough.
class HttpCounts {
public:
    void answered(int status) noexcept;
    void lost(Lost why) noexcept { add(lost_[static_cast<std::size_t>(why)]); }
    void scraped() noexcept { add(scrapes_); }
    void accept_failed() noexcept { add(accept_failures_); }
    void source_failed() noexcept { add(source_failures_); }
    void connections(std::size_t open) noexcept { open_.store(open, std::memory_order_relaxed); }

    [[nodiscard]] Families families() const;

private:
    using Count = std::atomic<std::uint64_t>;
    static void add(Count& count) noexcept { count.fetch_add(1, std::memory_order_relaxed); }

    static constexpr std::array<int, 4> statuses{200, 404, 405, 500};
    static constexpr std::array<std::string_view, 4> reasons{"timeout", "crowded", "unread", "no_request"};

    std::array<Count, statuses.size()> answers_{};
    std::array<Count, reasons.size()> lost_{};
    Count scrapes_{0}, accept_failures_{0}, source_failures_{0}, open_{0};
};

}  // namespace sonde::detail
