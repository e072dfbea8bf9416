// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/published.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace sonde;

namespace {

/// A value that is only whole when all its words are the same; freed memory or a half-made copy is not.
struct Words {
    explicit Words(std::uint64_t value) : words(64, value) {}
    std::vector<std::uint64_t> words;

    bool whole() const {
        for (const std::uint64_t word : words)
            if (word != words.front()) return false;
        return true;
    }
};

}  // namespace

TEST_CASE("Published: 6 readers never see a broken or an older value while 2 writers publish",
          "[core][threads]") {
    Published<Words> value{Words{0}};
    std::atomic<bool> done{false};
    std::atomic<int> broken{0};
    std::atomic<std::uint64_t> readings{0};
    std::vector<std::thread> readers, writers;
    for (int r = 0; r < 6; ++r) {
        readers.emplace_back([&] {
            std::uint64_t mine = 0, last_of[2] = {0, 0};
            while (!done.load() || mine == 0) {
                {
                    const auto reading = value.read();
                    if (!reading->whole()) ++broken;
                    const std::uint64_t word = reading->words.front();
                    std::uint64_t& last = last_of[word % 2];  // each writer's values only grow
                    if (word < last) ++broken;
                    last = word;
                }
                ++mine;
                std::this_thread::yield();  // outside of the reading, so that few are put aside within
            }
            readings += mine;
        });
    }
    for (std::uint64_t w = 0; w < 2; ++w) {
        writers.emplace_back([&, w] {
            for (std::uint64_t i = 1; i <= 200; ++i) value.publish(Words{2 * i + w});
        });
    }
    for (auto& writer : writers) writer.join();
    done = true;
    for (auto& reader : readers) reader.join();
    CHECK(broken == 0);
    CHECK(readings >= 6);
    CHECK(value.read()->words.front() >= 400);
}
