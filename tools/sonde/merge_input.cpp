// SPDX-License-Identifier: Apache-2.0
#include "merge_input.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <stdexcept>
#include <string_view>

#include "errors.hpp"
#include "input_file.hpp"
#include "sonde/core/error.hpp"
#include "sonde/metrics/shared_recordings.hpp"

namespace sonde::tool {
namespace {

Recordings unnamed(RecordingKind kind, HistogramSnapshot snapshot) {
    return {{{{}, {}, kind, 0, std::move(snapshot)}}};
}

Recordings read_bytes(std::span<const char> file) {
    const auto payload = detail::unseal(std::as_bytes(file));
    const auto is = [&](const Format& format) {
        return std::string_view{reinterpret_cast<const char*>(payload.data()), payload.size()}.starts_with(
            format.tag);
    };
    ByteReader reader{payload};
    Recordings result;
    if (is(HistogramSnapshot::format))
        result = unnamed(RecordingKind::histogram, read_object<HistogramSnapshot>(reader));
    else if (is(LatencySnapshot::format))
        result = unnamed(RecordingKind::latency, as_nanoseconds(read_object<LatencySnapshot>(reader)));
    else
        result = read_object<Recordings>(reader);
    reader.finish();
    return result;
}

bool is_folder(const std::string& name) {
    struct stat status {};
    return name != "-" && ::stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

MergeInput read_folder(const std::string& name) {
    SharedRecordings shared = read_shared_folder(name);
    if (shared.processes == 0)
        throw std::runtime_error{"no process shares recordings there" +
                                 (shared.skipped.empty() ? std::string{} : "; " + shared.skipped.front())};
    return {std::move(shared.recordings), std::move(shared.skipped)};
}

}  // namespace

MergeInput read_recordings(const std::string& name) {
    try {
        return is_folder(name) ? read_folder(name) : MergeInput{read_bytes(read_all(name)), {}};
    } catch (const RunError&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw RunError{
            fmt::format("cannot read {}: {}", name == "-" ? "standard input" : name, error.what())};
    }
}

}  // namespace sonde::tool
