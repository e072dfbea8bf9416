// SPDX-License-Identifier: Apache-2.0
#include "foreign.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "files.hpp"
#include "support/catch.hpp"

using demo::Foreign;
using demo::Image;

namespace {

const std::vector<Image> photographs =
    demo::load_images(std::filesystem::path{DEMO_DATA} / "photographs.idx3-ubyte");
const demo::ForeignImages foreign{photographs};

}  // namespace

TEST_CASE("Foreign: a quarter turn moves the top right corner to the top left, and four of them nothing",
          "[demo]") {
    sonde::Rng rng{1};
    Image image{};
    image[27] = 200;
    CHECK(foreign.make(Foreign::rotated, image, rng)[0] == 200);
    Image turned = photographs.front();
    for (int turn = 0; turn < 4; ++turn) turned = foreign.make(Foreign::rotated, turned, rng);
    CHECK(turned == photographs.front());
    CHECK(foreign.make(Foreign::rotated, turned, rng) != turned);
}

TEST_CASE("Foreign: inverted twice is the image again", "[demo]") {
    sonde::Rng rng{1};
    const Image once = foreign.make(Foreign::inverted, photographs.front(), rng);
    for (std::size_t i = 0; i < once.size(); ++i) CHECK(once[i] + photographs.front()[i] == 255);
}

TEST_CASE("Foreign: noise has every grey, photographs are those that were handed in", "[demo]") {
    sonde::Rng rng{1};
    double sum = 0;
    for (int i = 0; i < 100; ++i) {
        const Image noise = foreign.make(Foreign::noise, {}, rng);
        sum += std::accumulate(noise.begin(), noise.end(), 0.0) / 784;
    }
    CHECK(std::abs(sum / 100 - 127.5) <
          5 * 73.9 / 280);  // deviation of a uniform byte, by the root of 78,400
    for (int i = 0; i < 20; ++i) {
        const Image made = foreign.make(Foreign::photograph, {}, rng);
        CHECK(std::find(photographs.begin(), photographs.end(), made) != photographs.end());
    }
}

TEST_CASE("Foreign: needs a photograph", "[demo]") {
    CHECK_THROWS_AS(demo::ForeignImages{{}}, std::invalid_argument);
}
