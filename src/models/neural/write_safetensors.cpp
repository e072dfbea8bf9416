// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/half.hpp"
#include "core/json.hpp"
#include "core/utf8.hpp"
#include "models/neural/safetensors_format.hpp"
#include "sonde/core/bytes.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"
#include "sonde/models/neural/safetensors.hpp"

namespace sonde {

namespace {

using namespace detail;

constexpr std::string_view where = "write_safetensors";

void check_name(std::string_view what, const std::string& name, std::set<std::string_view>& known) {
    if (valid_utf8(name) != name) fail(where, what, shown(name), "UTF-8");
    if (!known.insert(name).second) fail(where, what, shown(name), "unlike every other");
}

void check(const TensorFile& file) {
    std::set<std::string_view> names{safetensors_metadata}, keys;
    for (const Tensor& tensor : file.tensors) {
        check_name("the name of a tensor", tensor.name, names);
        if (tensor.type > ElementType::f16)
            fail(where, "type", static_cast<double>(tensor.type), "one of the enumerators");
        const auto elements = elements_of(tensor.shape);
        if (!elements || *elements != tensor.values.size())
            fail(where, "number of values of " + shown(tensor.name),
                 static_cast<double>(tensor.values.size()), "the product of its shape");
    }
    for (const TensorFileEntry& entry : file.metadata) {
        check_name("a key of the metadata", entry.key, keys);
        if (valid_utf8(entry.value) != entry.value) fail(where, "metadata", shown(entry.value), "UTF-8");
    }
}

std::string metadata_json(std::span<const TensorFileEntry> metadata) {
    std::string json;
    for (const TensorFileEntry& entry : metadata)
        json.append(json.empty() ? "{" : ",").append(json_text(entry.key) + ':' + json_text(entry.value));
    return json.append("}");
}

std::string header_json(const TensorFile& file, std::span<const Tensor* const> tensors) {
    std::string json{'{'};
    if (!file.metadata.empty())
        json += json_text(safetensors_metadata) + ':' + metadata_json(file.metadata) + ',';
    std::size_t at = 0;
    for (const Tensor* tensor : tensors) {
        const auto type = static_cast<std::size_t>(tensor->type);
        json += json_text(tensor->name) + R"(:{"dtype":)" + json_text(element_names[type]) + R"(,"shape":[)";
        for (std::size_t i = 0; i < tensor->shape.size(); ++i)
            json.append(i == 0 ? "" : ",").append(std::to_string(tensor->shape[i]));
        json.append(R"(],"data_offsets":[)").append(std::to_string(at)) += ',';
        at += tensor->values.size() * element_sizes[type];
        json += std::to_string(at) + "]},";
    }
    if (json.back() == ',') json.pop_back();
    json += '}';
    json.append((8 - json.size() % 8) % 8, ' ');
    return json;
}

void write_values(ByteWriter& writer, const Tensor& tensor) {
    for (const float value : tensor.values) {
        const std::uint16_t bits = tensor.type == ElementType::f16 ? to_half(value) : to_bfloat16(value);
        const float kept = tensor.type == ElementType::f32   ? value
                           : tensor.type == ElementType::f16 ? from_half(bits)
                                                             : from_bfloat16(bits);
        if (!is_finite(kept))
            fail(where, "a value of " + shown(tensor.name), static_cast<double>(value),
                 tensor.type == ElementType::f16 ? "in [-65504, 65504]" : "finite");
        if (tensor.type == ElementType::f32)
            writer.f32(value);
        else
            writer.u16(bits);
    }
}

}  // namespace

std::vector<std::byte> write_safetensors(const TensorFile& file) {
    check(file);
    std::vector<const Tensor*> tensors;
    for (const Tensor& tensor : file.tensors) tensors.push_back(&tensor);
    std::sort(tensors.begin(), tensors.end(), [](const Tensor* a, const Tensor* b) {
        return a->type != b->type ? a->type < b->type : a->name < b->name;
    });
    const std::string header = header_json(file, tensors);
    if (header.size() > safetensors_max_header)
        fail(where, "bytes of the header", static_cast<double>(header.size()), "at most 100 MB");
    ByteWriter writer;
    writer.u64(header.size());
    for (const char c : header) writer.u8(static_cast<std::uint8_t>(c));
    for (const Tensor* tensor : tensors) write_values(writer, *tensor);
    return {writer.bytes().begin(), writer.bytes().end()};
}

}  // namespace sonde
