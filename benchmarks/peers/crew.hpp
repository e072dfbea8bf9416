// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace peers {

/// The threads that measure. They sleep between jobs, so that one that has nothing to do does not slow the
/// other down, and begin a job together. The caller's thread does not measure: it is free to scrape.
class Crew {
public:
    using Job = std::function<void(unsigned thread)>;
    static constexpr unsigned size = 2;

    Crew();
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// Has threads 0 .. `threads` - 1 do the job. `wait` before the next one.
    void start(unsigned threads, Job job);
    void wait();
    void run(unsigned threads, Job job) {
        start(threads, std::move(job));
        wait();
    }

private:
    void live(unsigned thread);

    Job job_;
    unsigned threads_ = 0;
    std::atomic<unsigned> jobs_{0}, here_{0}, at_work_{0};
    std::vector<std::thread> crew_;
};

}  // namespace peers
