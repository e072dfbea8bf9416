// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

#include "background.hpp"
#include "files.hpp"
#include "foreign.hpp"
#include "inputs.hpp"
#include "load.hpp"
#include "monitor.hpp"
#include "options.hpp"
#include "rehearsal.hpp"
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
        screen_.line(fmt::format("inputs:  an autoencoder, trained on {} images in {:.1f} s",
                                 usual_images_.size(), sonde::seconds(trained_ - begun_)));
        screen_.line(demo::to_table(rehearsal_));
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
        const auto scoring = telemetry_.input_scoring.snapshot();
        if (const auto p50 = scoring.p50(), p99 = scoring.p99(); p50 && p99)
            screen_.line(fmt::format(
                "of each request the input autoencoder took {:.0f} us at the median, {:.0f} us at the "
                "99th percentile",
                1e6 * sonde::seconds(*p50), 1e6 * sonde::seconds(*p99)));
        return assessment.passed() ? 0 : 1;
    }

private:
    // False when a signal came first.
    bool watch_until(sonde::TimePoint end) {
        while (now() < end) {
            if (signals_.arrives_within(look_every)) return false;
            inputs_.tick(now());
            for (const demo::Alarm& alarm : monitor_.look(now())) show(alarm);
            train_again();
            screen_.status(telemetry_, monitor_, now());
        }
        return true;
    }

    void show(const demo::Alarm& alarm) {
        screen_.line(fmt::format("{:>6.1f} s ALARM {}: {:.1f} times its threshold",
                                 sonde::seconds(alarm.opened), alarm.detector, alarm.level));
        if (alarm.detector != "input") return;
        screen_.line("         where the errors of the last second's foreign images are, in %:");
        for (std::size_t row = 0; row < demo::grid; ++row)
            screen_.line("         " + demo::map_row(monitor_.foreign_cells(), row));
    }

    // Once, before anything goes wrong.
    void train_again() {
        if (!training_.started() && now() >= schedule_.begin() + options_.length * 15 / 100)
            training_.start();
        if (const auto done = training_.result()) {
            const double at = sonde::seconds(now() - schedule_.begin());
            if (done->outcome == sonde::RetrainOutcome::published)
                screen_.line(fmt::format(
                    "{:>6.1f} s TRAINED the input autoencoder again, on {} images of the traffic: "
                    "{:.1f} % of {} others are above its threshold",
                    at, done->rows, 100 * done->false_alarm_rate, done->held_out));
            else
                screen_.line(fmt::format("{:>6.1f} s kept the input autoencoder: {}", at, done->why));
        }
    }

    const demo::Options options_;
    const demo::StopSignals signals_;
    const demo::Network network_ = demo::Network::load(options_.data / "network.mlp");
    const demo::Samples samples_ = demo::load_samples(options_.data);
    const demo::ForeignImages foreign_{demo::load_images(options_.data / "photographs.idx3-ubyte")};
    const std::vector<demo::Image> usual_images_ = demo::load_images(options_.data / "training.idx3-ubyte");
    sonde::Registry registry_{{.prefix = "demo"}};
    const sonde::TimePoint begun_ = now();
    demo::InputDetector inputs_{usual_images_, registry_};
    const sonde::TimePoint trained_ = now();
    const demo::Rehearsal rehearsal_ = demo::rehearse(inputs_, samples_.images, foreign_);
    demo::Telemetry telemetry_{registry_};
    sonde::HttpEndpoint endpoint_{registry_};  // shows the registry, and ticks it once a second
    const demo::Schedule schedule_{now() + 500ms, options_.length};
    demo::Monitor monitor_{registry_, telemetry_, schedule_.begin()};
    demo::Screen screen_{schedule_.begin()};
    demo::BackgroundTraining training_{inputs_};
    demo::Server server_{network_, inputs_, schedule_, options_.seed, telemetry_};
    demo::Load load_{samples_,  foreign_,       demo::load_arrivals(options_.data, trace_speed),
                     schedule_, server_.port(), options_.seed + 1};
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
