// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "crew.hpp"
#include "report.hpp"

namespace peers {

/// What all sections need.
struct Bench {
    Crew& crew;
    Report& report;
    std::size_t rounds;
};

void one_value(Bench& bench);
void tail_of_one_value(Bench& bench);
void one_request(Bench& bench);
void windowed_quantile(Bench& bench);
void scoped_timer(Bench& bench);

}  // namespace peers
