// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::tool {

/// Where text goes. Virtual: it is called once per block, not per row.
class ByteSink {
public:
    ByteSink() = default;
    ByteSink(const ByteSink&) = delete;
    ByteSink& operator=(const ByteSink&) = delete;
    virtual ~ByteSink() = default;

    /// \throws RunError  it cannot be written.  \throws OutputClosed  the reader has gone
    virtual void write(std::string_view text) = 0;
};

/// A file descriptor that somebody else opened and closes.
class OutputFile final : public ByteSink {
public:
    OutputFile(int descriptor, std::string name) : descriptor_{descriptor}, name_{std::move(name)} {}
    void write(std::string_view text) override;

private:
    int descriptor_;
    std::string name_;
};

/// Writes CSV as RFC 4180 has it, with `\n`. Numbers are the shortest text that reads back to the same
/// double. What is not flushed when the writer goes is lost: flush() is where errors are seen.
/// Threading: single-writer.
class CsvWriter {
public:
    explicit CsvWriter(ByteSink& sink);

    /// Quotes the text when it holds a comma, a quote or a line end.
    void field(std::string_view text);
    void field(std::uint64_t number);
    void field(double number);
    /// Ends the row; sends the block on when it is full. \throws as ByteSink::write
    void end_row();
    /// Sends on what was gathered. \throws as ByteSink::write
    void flush();

private:
    void separate();

    ByteSink& sink_;
    std::string text_;
    bool at_row_start_ = true;
};

}  // namespace sonde::tool
