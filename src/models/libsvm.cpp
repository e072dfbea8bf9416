// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/libsvm.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>
#include <vector>

#include "models/libsvm_text.hpp"
#include "models/svm_training.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

using detail::LibsvmText;
using detail::LibsvmType;

/// The shortest text that reads back as the same number.
template <class T>
void append(std::string& text, T value) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    text.append(buffer, end);
}

template <class T>
void append_vector(std::string& text, double coefficient, std::span<const T> values) {
    append(text, coefficient);
    text += ' ';
    for (std::size_t j = 0; j < values.size(); ++j) {
        if (values[j] == 0) continue;
        append(text, j + 1);
        text += ':';
        append(text, values[j]);
        text += ' ';
    }
    text += '\n';
}

void append_line(std::string& text, std::string_view key, double value) {
    text.append(key);
    append(text, value);
    text += '\n';
}

/// The head that both types have, in the order in which libsvm writes it.
void append_head(std::string& text, std::string_view type, const SvmExpansion& expansion, double rho) {
    const bool is_rbf = expansion.kernel() == SvmKernel::rbf;
    text.append("svm_type ").append(type).append(is_rbf ? "\nkernel_type rbf\n" : "\nkernel_type linear\n");
    if (is_rbf) append_line(text, "gamma ", expansion.gamma());
    text.append("nr_class 2\ntotal_sv ");
    append(text, is_rbf ? expansion.coefficients().size() : std::size_t{1});
    append_line(text, "\nrho ", rho);
}

/// \param above_zero  which coefficients: libsvm wants the support vectors of the first class in front
void append_vectors(std::string& text, const SvmExpansion& expansion, bool above_zero) {
    for (std::size_t i = 0; i < expansion.coefficients().size(); ++i)
        if ((expansion.coefficients()[i] > 0) == above_zero)
            append_vector(text, expansion.coefficients()[i], expansion.vectors().row(i));
}

SvmExpansion expansion_of(const LibsvmText& text) {
    return detail::expansion_of(text.kernel, text.gamma,
                                {text.vectors.data(), text.coefficients.size(), text.dimension},
                                text.coefficients);
}

/// What `make` makes of a text; what the model finds wrong with it is the text's fault.
template <class F>
auto made(std::string_view where, F make) {
    try {
        return make();
    } catch (const std::invalid_argument& error) {
        fail_format(where, error.what());
    }
}

}  // namespace

std::string write_libsvm(const OneClassSvmModel& model) {
    std::string text;
    append_head(text, "one_class", model.expansion(), model.rho());
    text.append("SV\n");
    if (model.expansion().kernel() == SvmKernel::linear) append_vector(text, 1, model.expansion().weights());
    append_vectors(text, model.expansion(), true);
    append_vectors(text, model.expansion(), false);
    return text;
}

std::string write_libsvm(const SvcModel& model) {
    const SvmExpansion& expansion = model.expansion();
    std::size_t anomalies = 0;
    for (const double coefficient : expansion.coefficients()) anomalies += coefficient > 0 ? 1 : 0;
    const bool is_linear = expansion.kernel() == SvmKernel::linear;
    std::string text;
    append_head(text, "c_svc", expansion, model.rho());
    text.append("label 1 0\n");
    if (model.probability()) {
        append_line(text, "probA ", model.probability()->slope);
        append_line(text, "probB ", model.probability()->offset);
    }
    text.append("nr_sv ");
    append(text, is_linear ? std::size_t{1} : anomalies);
    text += ' ';
    append(text, is_linear ? std::size_t{0} : expansion.coefficients().size() - anomalies);
    text.append("\nSV\n");
    if (is_linear) append_vector(text, 1, expansion.weights());
    append_vectors(text, expansion, true);
    append_vectors(text, expansion, false);
    return text;
}

OneClassSvmModel read_libsvm_one_class(std::string_view text, std::size_t dimension) {
    constexpr std::string_view where = "read_libsvm_one_class";
    const LibsvmText parsed = detail::parse_libsvm(where, text, LibsvmType::one_class, dimension);
    return made(where, [&] { return OneClassSvmModel{expansion_of(parsed), parsed.rho}; });
}

SvcModel read_libsvm_svc(std::string_view text, std::size_t dimension) {
    constexpr std::string_view where = "read_libsvm_svc";
    LibsvmText parsed = detail::parse_libsvm(where, text, LibsvmType::svc, dimension);
    // libsvm's decision value is above 0 for the first label, ours for the higher one.
    if (parsed.labels[0] < parsed.labels[1]) {
        for (double& coefficient : parsed.coefficients) coefficient = -coefficient;
        parsed.rho = -parsed.rho;
        parsed.offset = -parsed.offset;
    }
    SvcFit fit;
    if (parsed.has_probability) fit.probability = PlattScaling{parsed.slope, parsed.offset};
    return made(where, [&] { return SvcModel{expansion_of(parsed), parsed.rho, std::move(fit)}; });
}

}  // namespace sonde
