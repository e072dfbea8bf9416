// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sonde/models/svm_kernel.hpp"

namespace sonde::detail {

/// Takes a text apart and believes nothing. Every complaint has the number of the line.
class LibsvmLines {
public:
    LibsvmLines(std::string_view where, std::string_view text) noexcept : where_{where}, text_{text} {}

    [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }
    /// Goes to the next line. \throws FormatError  there is none that ends
    void next();
    /// What the line has up to a space, and the spaces behind it; empty at its end.
    [[nodiscard]] std::string_view word() noexcept;
    /// A finite number of a magnitude of at most `most`.
    [[nodiscard]] double number(std::string_view what, double most);
    [[nodiscard]] std::int64_t whole(std::string_view what, std::int64_t least, std::int64_t most);
    /// Number before a colon: the word's first part. The colon is taken too.
    [[nodiscard]] std::int64_t index(std::int64_t least, std::int64_t most);
    [[nodiscard]] bool line_done() const noexcept { return line_.empty(); }
    /// \throws FormatError  the line goes on
    void end(std::string_view what);
    [[noreturn]] void refuse(std::string_view what) const;

    /// Bytes that no line was made of yet.
    [[nodiscard]] std::size_t left() const noexcept { return text_.size(); }

private:
    std::string_view where_, text_, line_;
    std::size_t number_ = 0;
};

enum class LibsvmType : std::uint8_t { svc, one_class };

/// What a text says of a model.
struct LibsvmText {
    SvmKernel kernel = SvmKernel::rbf;
    double gamma = 0, rho = 0;
    std::vector<std::int64_t> labels;  // two, or none
    bool has_probability = false;
    double slope = 0, offset = 0;
    std::size_t dimension = 0;
    std::vector<float> vectors;  // row-major
    std::vector<double> coefficients;
};

/// \param dimension  0: the highest feature
/// \throws FormatError  not a model of the type
[[nodiscard]] LibsvmText parse_libsvm(std::string_view where, std::string_view text, LibsvmType type,
                                      std::size_t dimension);

}  // namespace sonde::detail
