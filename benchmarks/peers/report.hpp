// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "statistics.hpp"

namespace peers {

/// Tables and bars, to standard output.
class Report {
public:
    void title(const std::string& text);
    void note(const std::string& text);
    void header(const std::vector<std::string>& columns);
    void row(const std::string& name, const std::vector<double>& values);

    /// Is the median at most `limit`?
    void bar(const std::string& what, const Rounds& rounds, double limit, const std::string& unit = "");
    /// A figure beside the bars that has none.
    void figure(const std::string& what, const Rounds& rounds, const std::string& unit = "");
    void not_measured(const std::string& what, const std::string& why);

    [[nodiscard]] int missed() const { return missed_; }

private:
    int missed_ = 0;
};

}  // namespace peers
