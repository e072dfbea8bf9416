// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/half.hpp"
#include "core/json.hpp"
#include "models/neural/safetensors_format.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/safetensors.hpp"

namespace sonde {

namespace {

using namespace detail;

constexpr std::string_view where = "read_safetensors";
constexpr std::size_t max_dimensions = 8;

/// A tensor and where its numbers are, in bytes after the header.
struct Placed {
    Tensor tensor;
    std::uint64_t begin = 0, end = 0;
};

struct Header {
    std::vector<Placed> tensors;
    std::vector<TensorFileEntry> metadata;
};

[[noreturn]] void fail_tensor(const Placed& placed, std::string_view what) {
    fail_format(where, ("tensor \"" + shown(placed.tensor.name) + "\": ").append(what));
}

ElementType read_type(JsonReader& json) {
    const std::string name = json.text();
    const auto* const found = std::find(element_names.begin(), element_names.end(), name);
    if (found == element_names.end())
        json.fail("the type \"" + shown(name) + "\", where F32, F16 and BF16 are known");
    return static_cast<ElementType>(found - element_names.begin());
}

void read_shape(JsonReader& json, std::vector<std::size_t>& shape) {
    auto dimension = [&] {
        shape.push_back(json.whole());
        if (shape.size() > max_dimensions) json.fail("more than 8 dimensions");
    };
    json.array(dimension);
}

void read_offsets(JsonReader& json, Placed& placed) {
    std::size_t count = 0;
    auto offset = [&] {
        if (count > 1) json.fail("more than two offsets");
        (count++ == 0 ? placed.begin : placed.end) = json.whole();
    };
    json.array(offset);
    if (count != 2) json.fail("fewer than two offsets");
}

Placed read_tensor(JsonReader& json, const std::string& name) {
    Placed placed;
    placed.tensor.name = name;
    std::size_t members = 0;
    auto member = [&](const std::string& key) {
        ++members;
        if (key == "dtype")
            placed.tensor.type = read_type(json);
        else if (key == "shape")
            read_shape(json, placed.tensor.shape);
        else if (key == "data_offsets")
            read_offsets(json, placed);
        else
            json.fail("the key \"" + shown(key) + "\" where dtype, shape and data_offsets are known");
    };
    json.object(member);
    if (members != 3) json.fail("a tensor without dtype, shape or data_offsets");
    return placed;
}

Header read_header(std::string_view text) {
    Header header;
    JsonReader json{text, "read_safetensors: header"};
    if (!text.starts_with('{')) json.fail("expected '{'");
    auto line = [&](const std::string& key) { header.metadata.push_back({key, json.text()}); };
    auto member = [&](const std::string& key) {
        if (key == safetensors_metadata)
            json.object(line);
        else
            header.tensors.push_back(read_tensor(json, key));
    };
    json.object(member);
    json.finish();
    return header;
}

/// Every byte belongs to one tensor, and every tensor has as many as its shape says.
void check(std::span<const Placed> tensors, std::uint64_t size) {
    std::uint64_t end = 0;
    for (const Placed& placed : tensors) {
        if (placed.begin > placed.end) fail_tensor(placed, "ends before it begins");
        if (placed.end > size) fail_tensor(placed, "ends after the end of the file");
        if (placed.begin < end) fail_tensor(placed, "shares bytes with another");
        if (placed.begin > end) fail_tensor(placed, "comes after bytes that belong to no tensor");
        end = placed.end;
        const auto elements = elements_of(placed.tensor.shape);
        std::uint64_t bytes = 0;
        if (!elements || __builtin_mul_overflow(
                             *elements, element_sizes[static_cast<std::size_t>(placed.tensor.type)], &bytes))
            fail_tensor(placed, "a shape of more than 2^64 bytes");
        if (bytes != placed.end - placed.begin)
            fail_tensor(placed, "its shape asks for " + std::to_string(bytes) + " bytes, it has " +
                                    std::to_string(placed.end - placed.begin));
    }
    if (end != size) fail_format(where, std::to_string(size - end) + " bytes at the end belong to no tensor");
}

void read_values(Placed& placed, std::span<const std::byte> data) {
    Tensor& tensor = placed.tensor;
    ByteReader reader{data.subspan(placed.begin, placed.end - placed.begin)};
    tensor.values.resize(reader.left() / element_sizes[static_cast<std::size_t>(tensor.type)]);
    for (float& value : tensor.values) {
        if (tensor.type == ElementType::f32)
            value = reader.f32();
        else
            value = tensor.type == ElementType::f16 ? from_half(reader.u16()) : from_bfloat16(reader.u16());
        if (!is_finite(value)) fail_tensor(placed, "a number is not finite");
    }
}

}  // namespace

TensorFile read_safetensors(std::span<const std::byte> file) {
    if (file.size() < safetensors_prefix) fail_format(where, "less than 8 bytes");
    ByteReader prefix{file};
    const std::uint64_t size = prefix.u64();
    if (size > safetensors_max_header) fail_format(where, "a header above 100 MB");
    if (size > prefix.left()) fail_format(where, "the header ends after the end of the file");
    const auto text = file.subspan(safetensors_prefix, size), data = file.subspan(safetensors_prefix + size);
    Header header = read_header({reinterpret_cast<const char*>(text.data()), text.size()});
    std::sort(header.tensors.begin(), header.tensors.end(), [](const Placed& a, const Placed& b) {
        return std::pair{a.begin, a.end} < std::pair{b.begin, b.end};
    });
    check(header.tensors, data.size());
    TensorFile result{{}, std::move(header.metadata)};
    for (Placed& placed : header.tensors) {
        read_values(placed, data);
        result.tensors.push_back(std::move(placed.tensor));
    }
    return result;
}

}  // namespace sonde
