// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include "support/catch.hpp"

namespace {

// A watch with tolerance 1 that has learned that the number is 10, and what it then does.
class Learned {
public:
    Learned() {
        for (int i = 0; i < 40; ++i) CHECK_FALSE(sees(10.0));
    }
    // True when the look opens an alarm.
    bool sees(std::optional<double> value) {
        value_ = value;
        return watch_.look({});
    }
    bool alarm() const { return watch_.alarm(); }
    const sonde::Verdict& verdict() const { return watch_.verdict(); }

private:
    sonde::Registry registry_{{.prefix = "test"}};
    std::optional<double> value_;
    demo::Watch watch_{registry_, "number", 1.0, [this](sonde::TimePoint) { return value_; }};
};

}  // namespace

TEST_CASE("Watch: an alarm opens once, with the third anomalous verdict among four", "[demo]") {
    Learned watch;
    CHECK_FALSE(watch.sees(20.0));
    CHECK_FALSE(watch.sees(10.0));
    CHECK_FALSE(watch.sees(20.0));
    CHECK(watch.sees(20.0));
    CHECK_FALSE(watch.sees(20.0));
    CHECK(watch.alarm());
}

TEST_CASE("Watch: an alarm closes after four looks that are not anomalous", "[demo]") {
    Learned watch;
    for (int i = 0; i < 4; ++i) watch.sees(20.0);
    for (int i = 0; i < 3; ++i) watch.sees(10.0);
    CHECK(watch.alarm());
    watch.sees(10.0);
    CHECK_FALSE(watch.alarm());
}

TEST_CASE("Watch: single hiccups raise no alarm", "[demo]") {
    Learned watch;
    for (int i = 0; i < 100; ++i) CHECK_FALSE(watch.sees(i % 3 == 0 ? 1000.0 : 10.0));
}

TEST_CASE("Watch: three times the tolerance is the boundary, and only upwards", "[demo]") {
    Learned watch;
    watch.sees(13.0);
    CHECK(watch.verdict().level() == 1.0);
    CHECK_FALSE(watch.verdict().anomalous);
    watch.sees(13.1);
    CHECK(watch.verdict().anomalous);
    watch.sees(0.0);
    CHECK(watch.verdict().level() == 0.0);
}

TEST_CASE("Watch: a lasting anomaly stays one", "[demo]") {
    Learned watch;
    for (int i = 0; i < 1000; ++i) watch.sees(20.0);
    CHECK(watch.alarm());
}

TEST_CASE("Watch: an unknown number changes nothing", "[demo]") {
    Learned watch;
    for (int i = 0; i < 4; ++i) watch.sees(20.0);
    for (int i = 0; i < 10; ++i) watch.sees(std::nullopt);
    CHECK(watch.alarm());
}
