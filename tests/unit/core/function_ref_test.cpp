// SPDX-License-Identifier: Apache-2.0
#include "sonde/core/function_ref.hpp"

#include <concepts>
#include <string>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace sonde;

TEST_CASE("FunctionRef: calls the object that it refers to", "[core]") {
    int calls = 0;
    auto count = [&](int by) { return calls += by; };
    const FunctionRef<int(int)> ref{count};
    REQUIRE(ref);
    CHECK(ref(2) == 2);
    CHECK(ref(3) == 5);
    const auto copy = ref;
    CHECK(copy(1) == 6);
}

TEST_CASE("FunctionRef: refers to nothing when it is made of nothing", "[core]") {
    CHECK_FALSE(FunctionRef<void()>{});
}

TEST_CASE("FunctionRef: takes const objects, and converts what they return", "[core]") {
    const auto length = [](const std::string& text) { return text.size(); };
    const FunctionRef<bool(const std::string&)> ref{length};
    CHECK(ref("x"));
    CHECK_FALSE(ref(""));
}

TEST_CASE("FunctionRef: takes only objects with a name, so that none dies before the call", "[core]") {
    using Ref = FunctionRef<int()>;
    const auto one = [] { return 1; };
    STATIC_REQUIRE(std::constructible_from<Ref, decltype(one)&>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Ref, int (*)(int)>);
    auto mutable_one = [] { return 1; };
    STATIC_REQUIRE_FALSE(std::constructible_from<Ref, decltype(mutable_one)>);
    STATIC_REQUIRE_FALSE(std::constructible_from<FunctionRef<int(int)>, decltype(one)&>);
}

TEST_CASE("FunctionRef: allocates nothing", "[core]") {
    const std::string text(100, 'x');
    const auto length = [text] { return text.size(); };
    const sonde::testing::AllocationCount count;
    const FunctionRef<std::size_t()> ref{length};
    const std::size_t size = ref();
    const auto allocated = count.since_start();
    CHECK(size == 100);
    CHECK(allocated == 0);
}
