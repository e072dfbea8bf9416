// SPDX-License-Identifier: Apache-2.0
#include "crew.hpp"

#include <utility>

#if defined(__linux__)
#include <sched.h>
#endif

namespace peers {

namespace {

/// Two threads on one processor would take turns instead of meeting: each gets one of those we may use.
void settle([[maybe_unused]] unsigned thread) {
#if defined(__linux__)
    cpu_set_t allowed, mine;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    unsigned seen = 0;
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed) || seen++ != thread) continue;
        CPU_ZERO(&mine);
        CPU_SET(cpu, &mine);
        sched_setaffinity(0, sizeof mine, &mine);
        return;
    }
#endif
}

}  // namespace

Crew::Crew() {
    for (unsigned thread = 0; thread < size; ++thread) crew_.emplace_back([this, thread] { live(thread); });
}

Crew::~Crew() {
    run(size, nullptr);
    for (auto& thread : crew_) thread.join();
}

void Crew::start(unsigned threads, Job job) {
    job_ = std::move(job);
    threads_ = threads;
    here_ = 0;
    at_work_ = size;
    ++jobs_;
    jobs_.notify_all();
}

void Crew::wait() {
    for (unsigned left = at_work_; left != 0; left = at_work_) at_work_.wait(left);
}

void Crew::live(unsigned thread) {
    settle(thread);
    for (unsigned done = 0;; ++done) {
        jobs_.wait(done);
        const bool last = !job_;
        if (!last && thread < threads_) {
            for (++here_; here_ < threads_;) std::this_thread::yield();
            job_(thread);
        }
        --at_work_;
        at_work_.notify_all();
        if (last) return;
    }
}

}  // namespace peers
