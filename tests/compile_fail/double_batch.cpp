// SPDX-License-Identifier: Apache-2.0
#include <sonde/core/matrix_view.hpp>

// Features are floats: a batch of doubles would have to be copied to become one.
#ifdef SONDE_MUST_NOT_COMPILE
using Element = double;
#else
using Element = float;
#endif

sonde::MatrixView view(const Element* data) { return sonde::MatrixView{data, 2, 2}; }
