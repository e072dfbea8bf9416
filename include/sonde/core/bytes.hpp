// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sonde {

/// What a class writes in front of its state: four letters and the version of the layout.
struct Format {
    char tag[5] = "????";
    std::uint16_t version = 1;
};

/// Appends values in a fixed layout: little-endian, IEEE 754, no padding.
/// Threading: single-writer.
class ByteWriter {
public:
    void u8(std::uint8_t value) { bytes_.push_back(std::byte{value}); }
    void u16(std::uint16_t value) { put(value, 2); }
    void u32(std::uint32_t value) { put(value, 4); }
    void u64(std::uint64_t value) { put(value, 8); }
    void f32(float value);
    void f64(double value);
    /// Length, then the elements.
    void f32s(std::span<const float> values);
    void f64s(std::span<const double> values);
    void u64s(std::span<const std::uint64_t> values);
    void text(std::string_view value);
    void format(const Format& format);

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

private:
    void put(std::uint64_t value, int size);

    std::vector<std::byte> bytes_;
};

/// Takes values out again and believes nothing: every read is bounded, every length is held against
/// the bytes that are left before memory is taken for it.
/// Threading: single-writer. \throws FormatError  from every read that the bytes cannot satisfy
class ByteReader {
public:
    /// Looks at `bytes`, which must live as long as the reader.
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_{bytes} {}

    [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(get(1)); }
    [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(get(2)); }
    [[nodiscard]] std::uint32_t u32() { return static_cast<std::uint32_t>(get(4)); }
    [[nodiscard]] std::uint64_t u64() { return get(8); }
    [[nodiscard]] float f32();
    [[nodiscard]] double f64();
    /// A double that must be finite.
    [[nodiscard]] double finite();
    [[nodiscard]] std::vector<float> f32s();
    [[nodiscard]] std::vector<double> f64s();
    [[nodiscard]] std::vector<std::uint64_t> u64s();
    [[nodiscard]] std::string_view text();
    /// An enumerator: a byte of at most `last`.
    [[nodiscard]] std::uint8_t choice(std::uint8_t last);
    /// The version written by `ByteWriter::format`. \throws FormatError  another tag, a newer version
    [[nodiscard]] std::uint16_t format(const Format& expected);
    /// How many elements of `element_size` bytes follow; never more than are there.
    [[nodiscard]] std::size_t length(std::size_t element_size);
    /// \throws FormatError  something is left
    void finish() const;

    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }

private:
    std::uint64_t get(std::size_t size);
    std::span<const std::byte> take(std::size_t size);

    std::span<const std::byte> bytes_;
};

/// CRC-32 as in zip and PNG (ISO 3309, reflected polynomial 0xEDB88320). Cost: O(n).
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes) noexcept;

namespace detail {
[[nodiscard]] std::vector<std::byte> seal(std::span<const std::byte> payload);
[[nodiscard]] std::span<const std::byte> unseal(std::span<const std::byte> file);
}  // namespace detail

/// A class whose whole state can be written down and had back:
/// `static constexpr Format format`, `void write(ByteWriter&) const`, `static T read(ByteReader&, version)`.
template <class T>
concept Persistent = requires(const T& t, ByteWriter& writer, ByteReader& reader) {
    T::format.version;
    t.write(writer);
    T::read(reader, std::uint16_t{1});
};

/// Writes tag, version and state: one object inside another.
template <Persistent T>
void write_object(ByteWriter& writer, const T& object) {
    writer.format(T::format);
    object.write(writer);
}

/// Reads what `write_object` wrote. \throws FormatError  another type, a newer version, broken state
template <Persistent T>
[[nodiscard]] T read_object(ByteReader& reader) {
    const std::uint16_t version = reader.format(T::format);
    return T::read(reader, version);
}

/// The object as a file: magic, size, type, version, state, CRC-32.
template <Persistent T>
[[nodiscard]] std::vector<std::byte> to_bytes(const T& object) {
    ByteWriter writer;
    write_object(writer, object);
    return detail::seal(writer.bytes());
}

/// The object that `to_bytes` wrote. \throws FormatError  anything is not as it was written
template <Persistent T>
[[nodiscard]] T from_bytes(std::span<const std::byte> file) {
    ByteReader reader{detail::unseal(file)};
    T object = read_object<T>(reader);
    reader.finish();
    return object;
}

}  // namespace sonde
