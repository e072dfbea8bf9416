// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/safetensors.hpp"

#include <bit>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sonde/core/error.hpp"
#include "support/catch.hpp"
#include "support/safetensors.hpp"

using namespace sonde;
using namespace sonde::testing;
using namespace std::string_view_literals;

namespace {

constexpr auto eight = "\0\0\x80\x3F\0\0\0\xC0"sv;  // 1 and -2 as floats

std::string complaint(std::span<const std::byte> file) {
    try {
        static_cast<void>(read_safetensors(file));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "none";
}

std::string complaint(std::string_view header, std::string_view data = eight) {
    return complaint(safetensors_file(header, data));
}

std::string tensor(std::string_view shape, std::string_view offsets, std::string_view type = "F32",
                   std::string_view name = "a") {
    std::string text{'"'};
    text.append(name).append(R"(":{"dtype":")").append(type).append(R"(","shape":[)").append(shape);
    return text.append(R"(],"data_offsets":[)").append(offsets).append("]}");
}

std::string one(std::string_view shape, std::string_view offsets, std::string_view type = "F32") {
    return "{" + tensor(shape, offsets, type) + "}";
}

TensorFile example() {
    return {{{"z", {2, 1}, {1.5F, -2}},
             {"b", {3}, {0.25F, 65504, -1}, ElementType::f16},
             {"a", {}, {3}, ElementType::bf16},
             {"none", {4, 0}, {}}},
            {{"by", "hand \"\\\n"}}};
}

}  // namespace

TEST_CASE("read_safetensors: takes tensors, their types, and the metadata", "[models]") {
    const auto file = read_safetensors(safetensors_file(
        R"({"b":{"data_offsets":[8,12],"dtype":"F16","shape":[2,1]},"__metadata__":{"k":"v","l":"w"},)" +
            tensor("1,2", "0,8") + "," + tensor("", "12,14", "BF16", "c") + "," +
            tensor("0,9", "8,8", "F32", "d") + "}   ",
        "\0\0\x80\x3F\0\0\0\xC0\0\x3C\xFF\x7B\x40\xC0"sv));
    REQUIRE(file.tensors.size() == 4);
    CHECK(file.tensors[0].name == "a");
    CHECK(file.tensors[0].shape == std::vector<std::size_t>{1, 2});
    CHECK(file.tensors[0].values == std::vector{1.0F, -2.0F});
    CHECK(file.tensors[1].name == "d");
    CHECK(file.tensors[1].values.empty());
    CHECK(file.tensors[2].name == "b");
    CHECK(file.tensors[2].type == ElementType::f16);
    CHECK(file.tensors[2].values == std::vector{1.0F, 65504.0F});
    CHECK(file.tensors[3].shape.empty());
    CHECK(file.tensors[3].values == std::vector{-3.0F});
    REQUIRE(file.metadata.size() == 2);
    CHECK(file.metadata[0].key == "k");
    CHECK(file.metadata[1].value == "w");
    CHECK(read_safetensors(safetensors_file("{}")).tensors.empty());
}

TEST_CASE("read_safetensors: a prefix that does not fit the file is refused", "[models]") {
    CHECK(complaint(std::vector<std::byte>(7)) == "read_safetensors: less than 8 bytes");
    auto file = safetensors_file("{}");
    file[0] = std::byte{3};
    CHECK(complaint(file) == "read_safetensors: the header ends after the end of the file");
    file[4] = std::byte{1};
    CHECK(complaint(file) == "read_safetensors: a header above 100 MB");
    file[7] = std::byte{0xFF};
    CHECK(complaint(file) == "read_safetensors: a header above 100 MB");
}

TEST_CASE("read_safetensors: a header that is not strict is refused, and it says where", "[models]") {
    const std::string at = "read_safetensors: header: byte ";
    CHECK(complaint("") == at + "0: expected '{'");
    CHECK(complaint(" " + one("2", "0,8")) == at + "0: expected '{'");
    CHECK(complaint("[]") == at + "0: expected '{'");
    CHECK(complaint(one("2", "0,8") + "x") == at + "54: something after the end");
    CHECK(complaint("{" + tensor("2", "0,8") + "," + tensor("2", "0,8") + "}") ==
          at + "57: the key \"a\" a second time");
    CHECK(complaint(R"({"__metadata__":{"k":"v","k":"w"}})") == at + "28: the key \"k\" a second time");
    CHECK(complaint(R"({"__metadata__":{"k":1}})") == at + "21: expected a string");
    CHECK(complaint(R"({"__metadata__":{"k":{}}})") == at + "21: expected a string");
    CHECK(complaint("{\"__metadata__\":{\"\xFF\":\"\"}}") == at + "18: not UTF-8");
    CHECK(complaint(R"({"a":{"shape":[2],"data_offsets":[0,8]}})") ==
          at + "39: a tensor without dtype, shape or data_offsets");
    CHECK(complaint(R"({"a":{"dtype":"F32","size":8}})") ==
          at + "27: the key \"size\" where dtype, shape and data_offsets are known");
    CHECK(complaint(one("2", "0,8", "F64")) ==
          at + "19: the type \"F64\", where F32, F16 and BF16 are known");
    CHECK(complaint(one("[2]", "0,8")) == at + "29: expected a whole number");
    CHECK(complaint(one("-2", "0,8")) == at + "29: expected a whole number");
    CHECK(complaint(one("2.0", "0,8")) == at + "30: expected a whole number");
    CHECK(complaint(one("18446744073709551616", "0,8")) == at + "49: a number that is too large");
    CHECK(complaint(one("1,1,1,1,1,1,1,1,2", "0,8")) == at + "46: more than 8 dimensions");
    CHECK(complaint(one("2", "0")) == at + "50: fewer than two offsets");
    CHECK(complaint(one("2", "0,8,8")) == at + "52: more than two offsets");
    CHECK_THAT(complaint("{\"a\":" + std::string(100'000, '[')),
               Catch::Contains("byte 5: expected an object"));
    CHECK_THAT(complaint(std::string(100'000, '{')), Catch::Contains("byte 1: expected a string"));
}

TEST_CASE("read_safetensors: bytes that do not fit the shapes are refused, and it says which", "[models]") {
    const std::string a = "read_safetensors: tensor \"a\": ", b = "read_safetensors: tensor \"b\": ";
    const auto two = [](std::string_view first, std::string_view second) {
        return "{" + tensor("1", first) + "," + tensor("1", second, "F32", "b") + "}";
    };
    CHECK(complaint(two("0,4", "4,8")) == "none");
    CHECK(complaint(two("4,8", "0,4")) == "none");
    CHECK(complaint(two("0,4", "0,4")) == b + "shares bytes with another");
    CHECK(complaint(two("0,4", "2,6")) == b + "shares bytes with another");
    CHECK(complaint(two("0,4", "5,9"), "123456789") == b + "comes after bytes that belong to no tensor");
    CHECK(complaint(one("1", "4,8")) == a + "comes after bytes that belong to no tensor");
    CHECK(complaint(one("1", "0,4")) == "read_safetensors: 4 bytes at the end belong to no tensor");
    CHECK(complaint("{}") == "read_safetensors: 8 bytes at the end belong to no tensor");
    CHECK(complaint(one("2", "8,0")) == a + "ends before it begins");
    CHECK(complaint(one("3", "0,12")) == a + "ends after the end of the file");
    CHECK(complaint(one("4611686018427387904", "0,18446744073709551615")) ==
          a + "ends after the end of the file");
    CHECK(complaint(one("3", "0,8")) == a + "its shape asks for 12 bytes, it has 8");
    CHECK(complaint(one("2", "0,8", "F16")) == a + "its shape asks for 4 bytes, it has 8");
    CHECK(complaint(one("", "0,8")) == a + "its shape asks for 4 bytes, it has 8");
    CHECK(complaint(one("4611686018427387904", "0,8")) == a + "a shape of more than 2^64 bytes");
    CHECK(complaint(one("4294967296,4294967296,2", "0,8")) == a + "a shape of more than 2^64 bytes");
    CHECK(complaint(one("4294967295,4294967296,0", "0,0"), "") ==
          "none");  // the product of the first two fits
}

TEST_CASE("read_safetensors: a number that is not finite is refused, in every type", "[models]") {
    for (const auto bits : {"\0\0\x80\x7F"sv, "\0\0\x80\xFF"sv, "\0\0\xC0\x7F"sv})
        CHECK(complaint(one("1", "0,4"), bits) == "read_safetensors: tensor \"a\": a number is not finite");
    for (const auto bits : {"\0\x7C"sv, "\0\xFC"sv, "\1\x7E"sv})
        CHECK(complaint(one("1", "0,2", "F16"), bits) ==
              "read_safetensors: tensor \"a\": a number is not finite");
    for (const auto bits : {"\x80\x7F"sv, "\x80\xFF"sv, "\xC0\x7F"sv})
        CHECK(complaint(one("1", "0,2", "BF16"), bits) ==
              "read_safetensors: tensor \"a\": a number is not finite");
}

TEST_CASE("write_safetensors: writes the bytes that the format's own library writes", "[models]") {
    // By the rules of `prepare` and `Metadata::serialize` in safetensors/src/tensor.rs, release 0.6: the metadata, F32
    // before BF16 before F16, each by name, no space between, spaces to a multiple of 8 at the end.
    const auto file = write_safetensors(example());
    std::string header = R"({"__metadata__":{"by":"hand \"\\\n"},)"
                         R"("none":{"dtype":"F32","shape":[4,0],"data_offsets":[0,0]},)"
                         R"("z":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                         R"("a":{"dtype":"BF16","shape":[],"data_offsets":[8,10]},)"
                         R"("b":{"dtype":"F16","shape":[3],"data_offsets":[10,16]}})";
    while (header.size() % 8 != 0) header += ' ';
    CHECK(safetensors_header(file) == header);
    CHECK(file == safetensors_file(header, "\0\0\xC0\x3F\0\0\0\xC0\x40\x40\0\x34\xFF\x7B\0\xBC"sv));
    CHECK(write_safetensors(read_safetensors(file)) == file);
    CHECK(write_safetensors({}) == safetensors_file("{}      "));
    const TensorFile named{{}, {{"__metadata__", ""}}};  // as free as any other key
    CHECK(read_safetensors(write_safetensors(named)).metadata[0].key == "__metadata__");
}

TEST_CASE("write_safetensors: what the format cannot hold is refused", "[models]") {
    const auto refuses = [](auto spoil, const std::string& what) {
        TensorFile file = example();
        spoil(file);
        CHECK_THROWS_WITH(write_safetensors(file), Catch::Contains(what));
        CHECK_THROWS_AS(write_safetensors(file), std::invalid_argument);
    };
    refuses([](TensorFile& file) { file.tensors[1].name = "z"; }, "the name of a tensor is z");
    refuses([](TensorFile& file) { file.tensors[1].name = "__metadata__"; },
            "the name of a tensor is __metadata__");
    refuses([](TensorFile& file) { file.tensors[1].name = "\xFF"; }, "UTF-8");
    refuses([](TensorFile& file) { file.metadata.push_back({"by", ""}); }, "a key of the metadata is by");
    refuses([](TensorFile& file) { file.metadata[0].value = "\xC0"; }, "UTF-8");
    refuses([](TensorFile& file) { file.tensors[0].values.pop_back(); }, "number of values of z is 1");
    refuses(
        [](TensorFile& file) {
            file.tensors[3].shape = {std::size_t{1} << 63, 2};
        },
        "number of values of none");
    refuses([](TensorFile& file) { file.tensors[0].values[0] = std::numeric_limits<float>::infinity(); },
            "a value of z is inf, must be finite");
    refuses([](TensorFile& file) { file.tensors[1].values[0] = 65520; },
            "a value of b is 65520, must be in [-65504, 65504]");
    refuses([](TensorFile& file) { file.tensors[2].values[0] = std::numeric_limits<float>::max(); },
            "a value of a is");
    refuses([](TensorFile& file) { file.tensors[0].type = static_cast<ElementType>(3); }, "type is 3");
}

TEST_CASE("read_safetensors: a file cut at any byte, or longer by one, is refused", "[models]") {
    auto file = write_safetensors(example());
    for (std::size_t size = 0; size < file.size(); ++size)
        CHECK_THROWS_AS(read_safetensors(std::span{file}.first(size)), FormatError);
    file.push_back(std::byte{0});
    CHECK(complaint(file) == "read_safetensors: 1 bytes at the end belong to no tensor");
}

TEST_CASE("read_safetensors: any bit turned gives another valid file or FormatError", "[models]") {
    const auto file = write_safetensors(example());
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        auto turned = file;
        turned[bit / 8] ^= std::byte{1} << (bit % 8);
        try {
            const TensorFile read = read_safetensors(turned);
            for (const Tensor& tensor : read.tensors) {
                std::size_t elements = 1;
                for (const std::size_t size : tensor.shape) elements *= size;
                CHECK(tensor.values.size() == elements);
            }
        } catch (const FormatError&) {
            ++refused;
        }
    }
    CHECK(refused > 4 * file.size());  // most of the header's bits
}
