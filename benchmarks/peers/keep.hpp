// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace peers {

/// Whatever was to be written to memory has been, and whatever is read is read anew: so that records are as far
/// apart for the compiler as those of two requests.
inline void next_record() { asm volatile("" : : : "memory"); }

/// The compiler has to have the value.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "m"(value) : "memory");
}

}  // namespace peers
