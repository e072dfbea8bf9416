// SPDX-License-Identifier: Apache-2.0
#include "sonde/metrics/shared_recordings.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "metrics/histogram_sum.hpp"
#include "metrics/recording_order.hpp"
#include "metrics/shared_metric.hpp"
#include "recording/region_file_view.hpp"
#include "sonde/core/error.hpp"

namespace sonde {

namespace {

using detail::Cell;
using detail::HistogramCells;
using detail::RegionFileView;
using detail::SharedMetric;

std::uint64_t count_of(const RegionFileView& file, const SharedMetric& metric) {
    std::uint64_t total = 0;
    for (std::uint64_t region = 0; region < file.regions(); ++region) {
        Cell cell;
        file.read(region, metric.cells, {&cell, 1});
        total += cell.load();
    }
    return total;
}

/// As `Histogram` reads its own: the extremes first, then the buckets between them.
HistogramSnapshot histogram_of(const RegionFileView& file, const SharedMetric& metric) {
    const unsigned P = metric.precision_bits;
    std::vector<Cell> head(HistogramCells::head_size);
    std::vector<Cell> buckets(detail::log_linear_size(detail::largest_recordable, P));
    detail::HistogramSum sum{P};
    for (std::uint64_t region = 0; region < file.regions(); ++region) {
        file.read(region, metric.cells, head);
        const detail::HistogramExtremes within{head.data()};
        if (within.none()) continue;  // a thread that was killed in its very first record
        if (within.high > detail::largest_recordable) fail_format(metric.name, "a value out of range");
        const std::size_t first = detail::log_linear_index(within.low, P);
        const std::size_t count = detail::log_linear_index(within.high, P) - first + 1;
        file.read(region, metric.buckets + first * sizeof(Cell), std::span{buckets}.subspan(first, count));
        sum.add({head.data(), buckets.data(), P}, within);
    }
    return detail::snapshot_of(sum.totals());
}

Recording recording_of(const RegionFileView& file, const SharedMetric& metric) {
    Recording result{metric.name, metric.labels, metric.kind, 0, {}};
    if (metric.is_histogram())
        result.histogram = histogram_of(file, metric);
    else
        result.count = count_of(file, metric);
    return result;
}

/// Adds up what has one name and the same labels: a metric that was registered, destroyed and registered
/// again is there twice. \throws std::invalid_argument  as another kind
Recordings sum_of(std::vector<Recording> items) {
    std::stable_sort(items.begin(), items.end(), detail::comes_before);
    Recordings result;
    while (!items.empty()) {
        Recordings once, more;
        for (Recording& item : items) {
            const bool again = !once.items.empty() && !detail::comes_before(once.items.back(), item);
            (again ? more : once).items.push_back(std::move(item));
        }
        result.merge(once);
        items = std::move(more.items);
    }
    return result;
}

void add_file(SharedRecordings& result, const std::string& path) {
    const RegionFileView file{path};
    const auto directory = detail::SharedDirectory::read(file.directory(), file.reach());
    std::vector<Recording> items;
    for (const SharedMetric& metric : directory.metrics) items.push_back(recording_of(file, metric));
    result.recordings.merge(sum_of(std::move(items)));
    ++result.processes;
    if (directory.damaged) fail_format("SharedDirectory", "breaks off; what it names before was added");
}

std::vector<std::filesystem::path> files_of(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator next{folder, error}, end; !error && next != end;
         next.increment(error))
        if (next->path().extension() == ".sonde") files.push_back(next->path());
    if (error) throw std::runtime_error{"read_shared_folder: " + folder + ": " + error.message()};
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

SharedRecordings read_shared_folder(const std::string& folder) {
    SharedRecordings result;
    for (const std::filesystem::path& path : files_of(folder)) {
        const auto skip = [&](const std::exception& why) {
            result.skipped.push_back(path.filename().string().append(": ").append(why.what()));
        };
        try {
            add_file(result, path.string());
        } catch (const FormatError& error) {
            skip(error);
        } catch (const std::invalid_argument& error) {
            skip(error);  // what stands for another kind in a file before
        }
    }
    return result;
}

}  // namespace sonde
