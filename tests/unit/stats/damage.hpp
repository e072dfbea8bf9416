// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/rng.hpp"
#include "support/catch.hpp"

namespace sonde::testing {

template <class T>
std::vector<std::byte> state_of(const T& object) {
    ByteWriter writer;
    write_object(writer, object);
    return {writer.bytes().begin(), writer.bytes().end()};
}

/// Reads damaged bytes whose checksum is right; true when they were taken. What is taken must be usable.
template <class T, class Use>
bool takes(std::span<const std::byte> state, const Use& use) {
    try {
        T object = from_bytes<T>(detail::seal(state));
        use(object);
        return true;
    } catch (const FormatError&) {
        return false;
    }
}

/// True when what `change` has spoilt is refused when read.
template <class T, class Change>
bool is_refused(T object, const Change& change) {
    change(object);
    try {
        (void)from_bytes<T>(to_bytes(object));
        return false;
    } catch (const FormatError&) {
        return true;
    }
}

/// Holds the bytes of `object` to the contract: round trip to the same bytes; every truncation and every
/// flipped bit is a FormatError; damage under a right checksum is a FormatError or a state that `use`
/// can work with, and nothing else happens.
template <class T, class Use>
void check_damage(const T& object, const Use& use) {
    static_assert(Persistent<T>);
    std::vector<std::byte> file = to_bytes(object);
    CHECK(to_bytes(from_bytes<T>(file)) == file);

    std::size_t taken = 0;
    const auto rejected = [&] {
        try {
            (void)from_bytes<T>(file);
            ++taken;
        } catch (const FormatError&) {}
    };
    const std::vector<std::byte> whole = file;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        file[bit / 8] ^= std::byte{1} << (bit % 8);
        rejected();
        file[bit / 8] = whole[bit / 8];
    }
    while (!file.empty()) {
        file.pop_back();
        rejected();
    }
    CHECK(taken == 0);

    const std::vector<std::byte> state = state_of(object);
    for (std::size_t size = 0; size < state.size(); ++size)
        taken += static_cast<std::size_t>(takes<T>(std::span{state}.first(size), use));
    CHECK(taken == 0);
    std::vector<std::byte> damaged = state;
    for (std::size_t bit = 0; bit < 8 * state.size(); ++bit) {
        damaged[bit / 8] ^= std::byte{1} << (bit % 8);
        (void)takes<T>(damaged, use);
        damaged[bit / 8] = state[bit / 8];
    }
    Rng rng{1};
    for (int round = 0; round < 500; ++round) {
        for (int i = 0; i < 3; ++i)
            damaged[6 + rng.below(state.size() - 6)] = static_cast<std::byte>(rng.next() >> (round % 2 * 56));
        (void)takes<T>(damaged, use);
        damaged = state;
    }
}

/// Holds `read` to the bound of a count, which lies at `offset` of the state: no stream gets to 2^64 - 1.
template <class T>
void check_count_bound(const T& object, std::size_t offset) {
    std::vector<std::byte> state = state_of(object);
    REQUIRE(std::to_integer<std::uint64_t>(state[offset]) == object.count());
    for (std::size_t i = offset; i < offset + 8; ++i) state[i] = std::byte{0xff};
    CHECK_FALSE(takes<T>(state, [](const T&) {}));
}

}  // namespace sonde::testing
