// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/models/shared.hpp"

namespace sonde::detail {

/// For the one file that knows the type, with `template class Shared<T>;`.
template <class T>
void Shared<T>::destroy(const T* value) noexcept {
    delete value;
}

}  // namespace sonde::detail
