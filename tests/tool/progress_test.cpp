// SPDX-License-Identifier: Apache-2.0
#include "tools/sonde/progress.hpp"

#include "support/catch.hpp"

using sonde::tool::progress_line;
using sonde::tool::ProgressBar;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("progress_line: tells share, rows, speed and time left", "[tool][progress]") {
    CHECK(progress_line({50, 100, 3'000'000, seconds{2}}) ==
          "[==========>         ]  50 %  3.0 M rows  1.5 M rows/s  2 s left");
    CHECK(progress_line({0, 100, 0, seconds{0}}) == "[>                   ]   0 %  0 rows");
    CHECK(progress_line({100, 100, 12'345, seconds{1}}) ==
          "[====================] 100 %  12 k rows  12 k rows/s  1 s left");
}

TEST_CASE("fit_line: tells the share and the steps", "[tool][progress]") {
    CHECK(sonde::tool::fit_line(42, 100) == "[========>           ]  42 %  42 of 100 steps of the fit");
    CHECK(sonde::tool::fit_line(3, 0).size() < 80);
    ProgressBar bar{ProgressBar::TimePoint{}};
    CHECK(bar.update_fit(1, 2, ProgressBar::TimePoint{} + milliseconds{499}).empty());
    CHECK(bar.update_fit(1, 2, ProgressBar::TimePoint{} + milliseconds{500}).find("50 %") !=
          std::string::npos);
    CHECK_FALSE(bar.erase().empty());
}

TEST_CASE("training_line: tells epochs, losses and the time left at the pace so far", "[tool][progress]") {
    using sonde::tool::training_line;
    CHECK(training_line({0, 5, 20, 0.0123, 0.0131, seconds{10}}) ==
          "[===>        ]  epoch 5 of 20  loss 0.0123, held out 0.0131  30 s left");
    CHECK(training_line({4, 5, 20, 0.5, 0.5, seconds{10}}) ==
          "[===>        ]  epoch 5 of 20  loss 0.5  2 min left");  // four of them were run before
    CHECK(training_line({0, 20, 20, 0.5, 0.5, seconds{10}}) == "[============]  epoch 20 of 20  loss 0.5");
    CHECK(training_line({0, 999'999, 1'000'000, 1.23e-15, 4.56e-17, std::chrono::hours{99}}).size() < 80);
    ProgressBar bar{ProgressBar::TimePoint{}};
    CHECK(bar.update_training({0, 1, 2, 1, 1, {}}, ProgressBar::TimePoint{} + milliseconds{499}).empty());
    CHECK_THAT(bar.update_training({0, 1, 2, 1, 1, {}}, ProgressBar::TimePoint{} + seconds{3}),
               Catch::Matchers::EndsWith("3 s left"));
}

TEST_CASE("progress_line: fits a terminal of 80 columns, and a file that grows", "[tool][progress]") {
    CHECK(progress_line({1, 1'000'000'000'000, 999'949'000'000, std::chrono::hours{90}}).size() < 80);
    CHECK(progress_line({300, 100, 5, seconds{1}}).find("100 %") != std::string::npos);
    CHECK(progress_line({5, 0, 5, seconds{1}}).find("0 %") != std::string::npos);
}

TEST_CASE("ProgressBar: nothing in the first half second, then ten a second at most", "[tool][progress]") {
    const ProgressBar::TimePoint start{};
    ProgressBar bar{start};
    CHECK(bar.update(1, 10, 1, start + milliseconds{499}).empty());
    CHECK(bar.erase().empty());
    CHECK_FALSE(bar.update(2, 10, 2, start + milliseconds{500}).empty());
    CHECK(bar.update(3, 10, 3, start + milliseconds{599}).empty());
    const auto line = bar.update(4, 10, 4, start + milliseconds{600});
    CHECK(line.substr(0, 4) == "\r\x1b[K");
    CHECK_FALSE(bar.erase().empty());
    CHECK(bar.erase().empty());
}
