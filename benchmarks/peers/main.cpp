// SPDX-License-Identifier: Apache-2.0
// sonde's recorders beside others, in one run: everyone in turns, slices of some milliseconds, medians of rounds,
// ratios taken round by round.
#include <charconv>
#include <cstdio>
#include <string_view>
#include <thread>

#include "sections.hpp"

namespace {

constexpr std::string_view usage =
    "recording_benchmark [section...] [--rounds N] [--check]\n"
    "  sections: value tail request window timer; all, when none is named\n"
    "  --rounds N  how often each contender runs (default 51)\n"
    "  --check     exit code 1 when a bar is missed\n";

struct Section {
    std::string_view name;
    void (*run)(peers::Bench&);
    bool needs_two_processors;
    bool wanted = false;
};

struct Options {
    std::size_t rounds = 51;
    bool check = false;
    Section sections[5] = {{"value", peers::one_value, true},
                           {"tail", peers::tail_of_one_value, true},
                           {"request", peers::one_request, false},
                           {"window", peers::windowed_quantile, false},
                           {"timer", peers::scoped_timer, false}};
};

bool parse_rounds(std::string_view text, std::size_t& rounds) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rounds);
    return error == std::errc{} && end == text.data() + text.size() && rounds > 0 && rounds <= 10'000;
}

bool parse(int argc, char** argv, Options& options) {
    bool all = true;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        bool known = false;
        for (Section& section : options.sections)
            if (section.name == argument) known = section.wanted = true;
        if (known)
            all = false;
        else if (argument == "--check")
            options.check = true;
        else if (argument != "--rounds" || ++i == argc || !parse_rounds(argv[i], options.rounds))
            return false;
    }
    for (Section& section : options.sections) section.wanted |= all;
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (argc == 2 && std::string_view{argv[1]} == "--help") {
        std::fwrite(usage.data(), 1, usage.size(), stdout);
        return 0;
    }
    if (!parse(argc, argv, options)) {
        std::fwrite(usage.data(), 1, usage.size(), stderr);
        return 2;
    }
    const unsigned processors = std::thread::hardware_concurrency();
    std::printf("recording, side by side: %u processors, %zu rounds; brackets hold the middle half of them\n",
                processors, options.rounds);
    peers::Crew crew;
    peers::Report report;
    peers::Bench bench{crew, report, options.rounds};
    for (const Section& section : options.sections) {
        if (!section.wanted) continue;
        if (section.needs_two_processors && processors < peers::Crew::size)
            report.not_measured(std::string{section.name}, "needs two processors");
        else
            section.run(bench);
    }
    std::printf("\n%d bars missed\n", report.missed());
    return options.check && report.missed() > 0 ? 1 : 0;
}
