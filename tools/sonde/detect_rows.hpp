// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "console.hpp"
#include "csv_reader.hpp"
#include "csv_writer.hpp"
#include "number.hpp"
#include "sonde/core/score.hpp"

// What every run of `sonde detect` does with a row, whatever it is judged by.
namespace sonde::tool {

/// What a run saw.
struct DetectCounts {
    std::uint64_t rows = 0, anomalous = 0, warming_up = 0, bad = 0;

    /// \param verdict  nothing for a bad row
    void add(const std::optional<Verdict>& verdict) noexcept;
};

/// `4032 rows: 27 anomalous, 3 bad, 50 warming up`
[[nodiscard]] std::string summary_of(const DetectCounts& counts);

/// Bad rows that are reported one by one; the rest is only counted.
inline constexpr std::uint64_t reported_bad_rows = 20;

/// Tells the user of bad rows. Threading: single-writer.
class BadRows {
public:
    /// \param strict  the first one ends the run.  \param where  before `line 3`: `train.csv, `
    BadRows(bool strict, Console& console, std::string where = {})
        : strict_{strict}, console_{console}, where_{std::move(where)} {}

    /// \param place  `line 3`.  \throws RunError  strict
    void report(std::string_view place, std::string_view problem);
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

private:
    bool strict_;
    Console& console_;
    std::string where_;
    std::uint64_t count_ = 0;
};

/// The first row of all. \returns false when there is none.  \throws RunError  it has no end
[[nodiscard]] bool read_first_row(CsvReader& reader, CsvRecord& record);

/// `line 3`
[[nodiscard]] std::string place_of(const CsvRecord& record);

/// Empty where the row is too short.
[[nodiscard]] std::string_view field_of(const CsvRecord& record, std::size_t column);

/// A field as a number; empty when the row is faulty.
[[nodiscard]] ParsedNumber number_of(const CsvRecord& record, std::size_t column);

/// Why there is no number in a column.
/// \param name  of the column, as in a message.  \param type  `double`: what a number out of range does not fit
[[nodiscard]] std::string problem_of(const CsvRecord& record, std::size_t column, std::string_view name,
                                     NumberFault fault, std::string_view type = "double");

/// Ends a row: score, level and verdict. \param verdict  nothing for a bad row
void write_verdict(CsvWriter& out, const std::optional<Verdict>& verdict);

}  // namespace sonde::tool
