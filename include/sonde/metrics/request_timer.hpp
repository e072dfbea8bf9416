// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "sonde/core/chrono.hpp"
#include "sonde/metrics/error_rate.hpp"

namespace sonde {

/// The stages of one request, as they happen. `RequestMetrics::arrive` and `GenerationMetrics::arrive` make it
/// and say what is recorded where; a value that lies beside the request's other state and goes where it goes.
///
///     arrive - schedule - first token - token - token ... finish     a language model
///     arrive - start ------------------------------------ finish     a model that answers at once
///
/// Every event reads the clock, or takes a time point: a batch that is one step of a model needs one reading.
/// No order is demanded. What is not told is not recorded. After `finish` all events are ignored. Who ends
/// without `finish`, by an exception or because the client went away, finishes as `abandoned`.
///
/// Cost of a token: a clock reading, an observation of a `Latency` and one of a `Counter`. 64 bytes with a
/// `TscClock`; allocates nothing.
/// Threading: single-writer; the request may go from thread to thread.
/// \tparam Metrics  must outlive the timer
template <class Metrics, Clock C = SteadyClock>
class [[nodiscard]] RequestTimer {
    static constexpr bool generates = requires(const Metrics& metrics) { metrics.inter_token_latency; };

public:
    /// The request arrived. \param clock  held by value
    explicit RequestTimer(const Metrics& metrics, C clock = {}) noexcept
        : RequestTimer{metrics, clock, clock.now()} {}
    /// \param arrived  by the same clock; perhaps when its first byte was read
    RequestTimer(const Metrics& metrics, C clock, TimePoint arrived) noexcept
        : clock_{std::move(clock)}, state_{.metrics = &metrics, .arrived = arrived} {
        metrics.waiting.add(1);
    }
    /// What was moved from has finished.
    RequestTimer(RequestTimer&& other) noexcept
        : clock_{other.clock_}, state_{std::exchange(other.state_, {})} {}
    /// A request that was here and had not finished is abandoned.
    RequestTimer& operator=(RequestTimer&& other) noexcept {
        if (this == &other) return *this;
        abandon();
        clock_ = other.clock_;
        state_ = std::exchange(other.state_, {});
        return *this;
    }
    ~RequestTimer() { abandon(); }

    /// It left the queue: observes the queue time. Ignored but for the first time: a request that was preempted
    /// goes on running. Ignored after a token too, when it is too late to know.
    void schedule() noexcept { schedule(clock_.now()); }
    void schedule(TimePoint at) noexcept {
        if (state_.metrics == nullptr || state_.running) return;
        state_.metrics->queue_time.observe(at - state_.arrived);
        state_.scheduled = at;
        run();
    }
    /// `schedule`, as one says of models that answer at once.
    void start() noexcept { schedule(); }
    void start(TimePoint at) noexcept { schedule(at); }

    /// How long the prompt is. Once per request.
    void prompt_tokens(std::uint64_t n) noexcept requires generates {
        if (state_.metrics != nullptr) state_.metrics->prompt_tokens.observe(n);
    }

    /// The first token: observes the time since arrival. The same as `token`, which need not follow for it.
    void first_token() noexcept requires generates { tokens(1, clock_.now()); }
    void first_token(TimePoint at) noexcept requires generates { tokens(1, at); }
    /// One more token: observes the time since the one before.
    void token() noexcept requires generates { tokens(1, clock_.now()); }
    void token(TimePoint at) noexcept requires generates { tokens(1, at); }
    /// `n` tokens of one step (speculative decoding). They share the time since the step before evenly, `n`
    /// observations: so the sum stays the time, the count that of the tokens. What does not divide, less
    /// than `n` ns, goes to the next step. Those that come with the first token have no gap to observe.
    void tokens(std::uint32_t n) noexcept requires generates { tokens(n, clock_.now()); }
    void tokens(std::uint32_t n, TimePoint at) noexcept requires generates {
        if (n == 0 || state_.metrics == nullptr) return;
        if (state_.tokens == 0) [[unlikely]]
            begin_tokens(at);
        else
            observe_gap(n, at);
        state_.tokens = n > ~state_.tokens ? ~0U : state_.tokens + n;
        state_.metrics->generation_tokens.observe(n);
    }

    /// The end: observes how long it took in all, the time since `schedule` and the tokens; if all went well and
    /// tokens followed the first, the time per output token: (duration - time to first token) / (tokens - 1).
    /// \param outcome  `Outcome::ok`, `Outcome::failed`, or what `metrics.requests.reason` gave
    void finish(Outcome outcome = Outcome::ok) noexcept { finish(outcome, clock_.now()); }
    void finish(Outcome outcome, TimePoint at) noexcept {
        if (state_.metrics == nullptr) return;
        const State request = std::exchange(state_, {});
        const Metrics& metrics = *request.metrics;
        const bool ok = outcome == Outcome::ok;
        (request.running ? metrics.running : metrics.waiting).add(-1);
        metrics.requests.observe(outcome);
        (ok ? metrics.duration : metrics.failed_duration).observe(at - request.arrived);
        if (request.scheduled != never) metrics.inference_time.observe(at - request.scheduled);
        if constexpr (generates) {
            metrics.request_tokens.observe(request.tokens);
            if (ok && request.streamed)
                metrics.time_per_output_token.observe((at - request.first) / (request.tokens - 1));
        }
    }

private:
    static constexpr TimePoint never = (TimePoint::max)();

    struct State {
        const Metrics* metrics = nullptr;  // null: finished
        TimePoint arrived{}, scheduled = never;
        TimePoint first{}, last{};               // tokens
        std::uint32_t tokens = 0;                // no more than it can hold
        bool running = false, streamed = false;  // streamed: tokens came after those of the first step
    };

    void run() noexcept {
        state_.running = true;
        state_.metrics->waiting.add(-1);
        state_.metrics->running.add(1);
    }
    void begin_tokens(TimePoint at) noexcept {
        if (!state_.running) run();
        state_.metrics->time_to_first_token.observe(at - state_.arrived);
        state_.first = state_.last = at;
    }
    void observe_gap(std::uint32_t n, TimePoint at) noexcept {
        const Duration gap = at - state_.last;
        const Duration share = n == 1 ? gap : gap / n;
        state_.metrics->inter_token_latency.observe(share, n);
        state_.last += share * n;
        state_.streamed = true;
    }
    // Not inline: g++ 12 would take a timer in a std::optional for uninitialized.
    [[gnu::noinline]] void abandon() noexcept {
        if (state_.metrics != nullptr) finish(state_.metrics->abandoned);
    }

    [[no_unique_address]] C clock_;
    State state_;
};

}  // namespace sonde
