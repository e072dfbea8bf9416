// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sonde/models/owned.hpp"

namespace sonde::detail {

/// For the one file that knows the type, with `template class Owned<T>;`.
template <class T>
T* Owned<T>::copy(const T& value) {
    return new T{value};
}
template <class T>
void Owned<T>::destroy(T* value) noexcept {
    delete value;
}

}  // namespace sonde::detail
