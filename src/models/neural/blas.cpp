// SPDX-License-Identifier: Apache-2.0
#include "models/neural/blas.hpp"

#if SONDE_HAS_BLAS
// Of the reference BLAS: C = alpha op(A) op(B) + beta C, column after column. Every BLAS has it, a header not.
extern "C" void sgemm_(const char* op_a, const char* op_b, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                       const float* beta, float* c, const int* ldc);
#endif

namespace sonde::detail {

#if SONDE_HAS_BLAS

bool blas_is_faster(std::size_t inputs, std::size_t outputs) noexcept {
    return inputs * outputs >= 1U << 22U;
}

void multiply_by_blas(const float* rows, std::size_t count, const DenseMatrix& matrix, float* out) noexcept {
    // Our rows are its columns: out^T = matrix^T * rows^T.
    const auto m = static_cast<int>(matrix.outputs), n = static_cast<int>(count),
               k = static_cast<int>(matrix.inputs), step = matrix.transposed ? k : m;
    const float one = 1, none = 0;
    sgemm_(matrix.transposed ? "T" : "N", "N", &m, &n, &k, &one, matrix.values, &step, rows, &k, &none, out,
           &m);
}

#else

bool blas_is_faster(std::size_t, std::size_t) noexcept { return false; }
void multiply_by_blas(const float*, std::size_t, const DenseMatrix&, float*) noexcept {}

#endif

}  // namespace sonde::detail
