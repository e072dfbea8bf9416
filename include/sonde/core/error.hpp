// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sonde {

/// Bytes or text that do not hold what they should: truncated, corrupted, of another type or version.
class FormatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The one place where construction, fit and registration give up.
/// \param where      the class or function, `"GaussianScorer"`
/// \param parameter  the option that is wrong, `"decay"`
/// \param value      what it was
/// \param allowed    what it may be, `"in (0, 1]"`
/// \throws std::invalid_argument  always: `GaussianScorer: decay is 1.5, must be in (0, 1]`
[[noreturn]] void fail(std::string_view where, std::string_view parameter, double value,
                       std::string_view allowed);

/// \copydoc fail(std::string_view, std::string_view, double, std::string_view)
[[noreturn]] void fail(std::string_view where, std::string_view parameter, std::string_view value,
                       std::string_view allowed);

/// The one place where reading gives up. \throws FormatError  always: `where: what`
[[noreturn]] void fail_format(std::string_view where, std::string_view what);

}  // namespace sonde
