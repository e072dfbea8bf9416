// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <stdexcept>

#include "files.hpp"
#include "load.hpp"
#include "monitor.hpp"
#include "options.hpp"
#include "report.hpp"
#include "screen.hpp"
#include "server.hpp"
#include "sonde/exporters/http_endpoint.hpp"
#include "stop_signals.hpp"
#include "telemetry.hpp"

namespace {

using namespace std::chrono_literals;

constexpr double trace_speed = 60;  // a minute of the trace is a second of the demo
constexpr auto look_every = 250ms;

sonde::TimePoint now() { return sonde::SteadyClock{}.now(); }

/// The whole house, in the order in which one part needs another.
class Demo {
public:
    explicit Demo(const demo::Options& options) : options_{options} {
        if (const auto started = endpoint_.start(); !started) throw std::runtime_error{started.error};
    }

    /// The exit code.
    int run() {
        screen_.line(fmt::format("server:  http://127.0.0.1:{}/v1/classify", server_.port()));
        screen_.line(fmt::format("metrics: {}/metrics", endpoint_.url()));
        server_.start();
        load_.start();
        if (!watch_until(schedule_.begin() + options_.length)) {
            screen_.line("stopped before the end");
            return 1;
        }
        const auto assessment = demo::assess(schedule_, monitor_.alarms());
        screen_.line("");
        screen_.line(demo::to_table(assessment));
        if (options_.serve) {
            screen_.line(
                fmt::format("serving until SIGINT or SIGTERM, metrics: {}/metrics", endpoint_.url()));
            (void)watch_until(sonde::TimePoint::max());
        }
        load_.stop();
        screen_.line(fmt::format("{} requests sent, {} lost", load_.sent(), load_.lost()));
        return assessment.passed() ? 0 : 1;
    }

private:
    // False when a signal came first.
    bool watch_until(sonde::TimePoint end) {
        while (now() < end) {
            if (signals_.arrives_within(look_every)) return false;
            for (const demo::Alarm& alarm : monitor_.look(now()))
                screen_.line(fmt::format("{:>6.1f} s ALARM {}: {:.1f} times its threshold",
                                         sonde::seconds(alarm.opened), alarm.detector, alarm.level));
            screen_.status(telemetry_, monitor_, now());
        }
        return true;
    }

    const demo::Options options_;
    const demo::StopSignals signals_;
    const demo::Network network_ = demo::Network::load(options_.data / "network.mlp");
    const demo::Samples samples_ = demo::load_samples(options_.data);
    sonde::Registry registry_{{.prefix = "demo"}};
    demo::Telemetry telemetry_{registry_};
    sonde::HttpEndpoint endpoint_{registry_};  // shows the registry, and ticks it once a second
    const demo::Schedule schedule_{now() + 500ms, options_.length};
    demo::Monitor monitor_{registry_, telemetry_, schedule_.begin()};
    demo::Screen screen_{schedule_.begin()};
    demo::Server server_{network_, schedule_, options_.seed, telemetry_};
    demo::Load load_{samples_, demo::load_arrivals(options_.data, trace_speed), schedule_, server_.port(),
                     options_.seed + 1};
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = demo::parse_options(argc, argv);
        if (!options.help) return Demo{options}.run();
        fmt::print("{}", demo::usage);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "inference_demo: {}\n", error.what());
        return 2;
    }
}
