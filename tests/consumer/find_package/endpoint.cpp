// SPDX-License-Identifier: Apache-2.0
// Links sonde::exporters, and with it libevent, which this project has not heard of.
#include <cstdio>
#include <sonde/exporters/http_endpoint.hpp>

struct Nothing {
    void tick(sonde::TimePoint) {}
    sonde::Families families(sonde::TimePoint) { return {}; }
};

int main() {
    Nothing nothing;
    sonde::HttpEndpoint endpoint{nothing};
    if (const auto started = endpoint.start(); !started) {
        std::fprintf(stderr, "%s\n", started.error.c_str());
        return 1;
    }
    std::puts(endpoint.url().c_str());
    return endpoint.port() == 0;
}
