// SPDX-License-Identifier: Apache-2.0
// What the child of fork() finds. It reports through its exit code: Catch2 stays with the parent.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "sonde/recording/sharded.hpp"
#include "support/catch.hpp"

using namespace sonde;

namespace {

struct Total {
    std::uint64_t n = 0;
    void observe(std::uint64_t x) noexcept { n += x; }
    void merge(const Total& other) noexcept { n += other.n; }
};

/// The exit code of a child that runs `work`; none when it had to be stopped.
template <class Work>
int in_child(Work work) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);  // a child that waits for ever is one that fails
        _exit(work());
    }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A thread that is in the middle of an observation until it may go on.
class Inside {
public:
    explicit Inside(Sharded<Total>& sharded)
        : thread_{[this, &sharded] {
              sharded.observe(10u);
              state_ = 1;
              while (state_ == 1) std::this_thread::yield();
              sharded.with([this](Total& mine) {
                  mine.n += 100;
                  state_ = 3;
                  while (state_ == 3) std::this_thread::yield();
              });
          }} {
        while (state_ == 0) std::this_thread::yield();
    }
    void enter() {
        state_ = 2;
        while (state_ == 2) std::this_thread::yield();
    }
    void leave() {
        state_ = 4;
        thread_.join();
    }

private:
    std::atomic<int> state_{0};
    std::thread thread_;
};

}  // namespace

TEST_CASE("Sharded: a child does not wait for an observation that its parent's thread was in",
          "[recording]") {
    Sharded<Total> sharded;
    sharded.observe(1u);
    Inside inside{sharded};
    CHECK(sharded.snapshot().n == 11);
    inside.enter();
    CHECK(in_child([&] {
              // What was half written is lost, and only that; the shard's place serves the next thread.
              if (sharded.snapshot().n != 11) return 1;
              sharded.observe(2u);
              std::thread{[&] { sharded.observe(4u); }}.join();
              return sharded.snapshot().n == 17 ? 0 : 2;
          }) == 0);
    inside.leave();
    CHECK(sharded.snapshot().n == 111);
}

TEST_CASE("Sharded: a child keeps what threads recorded that were not observing", "[recording]") {
    Sharded<Total> sharded;
    Inside inside{sharded};
    sharded.observe(1u);
    CHECK(in_child([&] { return sharded.snapshot().n == 11 ? 0 : 1; }) == 0);
    inside.enter();
    inside.leave();
    CHECK(sharded.snapshot().n == 111);
}

TEST_CASE("Sharded: children of a busy process can read and observe", "[recording]") {
    Sharded<Total> sharded, other;
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> observed{0};
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            std::uint64_t n = 0;
            for (; !done; ++n) {
                sharded.observe(1u);
                if (n % 64 == 0) other.merge(sharded);
                if (n % 64 == 32) static_cast<void>(sharded.snapshot());
            }
            observed += n;
        });
    }
    for (int i = 0; i < 30; ++i) {
        CHECK(in_child([&] {
                  const std::uint64_t before = sharded.snapshot().n;
                  sharded.observe(1u);
                  static_cast<void>(other.snapshot());
                  return sharded.snapshot().n == before + 1 ? 0 : 1;
              }) == 0);
    }
    done = true;
    for (auto& thread : threads) thread.join();
    CHECK(sharded.snapshot().n == observed);
}
