// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sonde/models/one_class_svm.hpp"
#include "sonde/models/svc.hpp"

namespace sonde {

/// The model as the text that libsvm's `svm-train` writes and `svm-predict` reads (Chang, Lin: LIBSVM: a library for
/// support vector machines, ACM TIST 2, 2011). A linear model has one support vector there, its weights. What libsvm
/// has no place for, as the calibration, is left out.
[[nodiscard]] std::string write_libsvm(const OneClassSvmModel& model);
/// \copydoc write_libsvm(const OneClassSvmModel&)
/// The anomaly is the class 1, the ordinary one 0.
[[nodiscard]] std::string write_libsvm(const SvcModel& model);

/// A model from the text of a file that `svm-train -s 2` wrote, with an RBF or linear kernel (`-t 2` or `-t 0`).
///
/// Support vectors are rounded to float, as rows are: decision values differ by that from libsvm's. The model is not
/// calibrated: it has `boundary()` and no default threshold.
/// \param dimension  of the rows, at most 2^20, where the text does not show it (libsvm leaves zeros out); 0: the
///                   highest feature in the text. Without it a text is taken whose support vectors, zeros written
///                   out, are at most 4096 numbers and 16 per byte of text; with it, 2^24 and 16 per byte.
/// \throws FormatError            not such a model; the message has the number of the line
/// \throws std::invalid_argument  the dimension is above 2^20
[[nodiscard]] OneClassSvmModel read_libsvm_one_class(std::string_view text, std::size_t dimension = 0);

/// A model from the text of a file that `svm-train -s 0` wrote for two classes, with an RBF or linear kernel and with
/// or without `-b 1`. The class of the higher label is the anomaly. As `read_libsvm_one_class` for the rest.
/// \throws FormatError            not such a model; the message has the number of the line
/// \throws std::invalid_argument  the dimension is above 2^20
[[nodiscard]] SvcModel read_libsvm_svc(std::string_view text, std::size_t dimension = 0);

}  // namespace sonde
