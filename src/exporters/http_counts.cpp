// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_counts.hpp"

#include <string>
#include <utility>

#include "metrics/registry_names.hpp"

namespace sonde::detail {
namespace {

Family family(FamilyKind kind, std::string_view name, std::string help) {
    Family made;
    made.name = std::string{endpoint_prefix}.append(name);
    made.help = std::move(help);
    made.kind = kind;
    return made;
}

void add_series(Family& to, const std::atomic<std::uint64_t>& count, Labels labels = {}) {
    Series& series = to.series.emplace_back();
    series.labels = std::move(labels);
    series.value = Number::of(count.load(std::memory_order_relaxed));
}

}  // namespace

void HttpCounts::answered(int status) noexcept {
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (statuses[i] == status) add(answers_[i]);
    }
}

Families HttpCounts::families() const {
    Family requests = family(FamilyKind::counter, "requests_total", "Requests answered, by HTTP status.");
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        add_series(requests, answers_[i], {{"code", std::to_string(statuses[i])}});
    }
    Family scrapes = family(FamilyKind::counter, "scrapes_total", "Scrapes served.");
    add_series(scrapes, scrapes_);
    Family open = family(FamilyKind::gauge, "connections", "Connections that are open.");
    add_series(open, open_);
    Family lost = family(FamilyKind::counter, "lost_connections_total",
                         "Connections that ended before their client was through, by reason.");
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        add_series(lost, lost_[i], {{"reason", std::string{reasons[i]}}});
    }
    Family accepts = family(FamilyKind::counter, "accept_failures_total",
                            "Times that a connection could not be accepted.");
    add_series(accepts, accept_failures_);
    Family source = family(FamilyKind::counter, "source_failures_total",
                           "Times that ticking or reading the source threw.");
    add_series(source, source_failures_);

    Families all;
    for (Family* one : {&requests, &scrapes, &open, &lost, &accepts, &source}) all.push_back(std::move(*one));
    return all;
}

}  // namespace sonde::detail
