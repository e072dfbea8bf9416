// SPDX-License-Identifier: Apache-2.0
#include "sonde/exporters/http_endpoint.hpp"

#include <event2/buffer.h>
#include <event2/http.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "exporters/http_counts.hpp"
#include "exporters/http_event_loop.hpp"
#include "sonde/exporters/negotiate.hpp"

namespace sonde {
namespace {

// What a thread that starts while this lives inherits: SIGPIPE, which libevent's writing raises there, is
// ignored, and the host's handlers run on the host's threads. Faults stay as they are.
class BlockedSignals {
public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT})
            sigdelset(&all, fault);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

private:
    sigset_t before_;
};

void check(const HttpEndpointOptions& options) {
    const auto hold = [](bool good, const char* rule) {
        if (!good) throw std::invalid_argument{std::string{"HttpEndpoint: "} + rule};
    };
    hold(options.max_connections > 0, "max_connections must be at least 1");
    hold(options.max_header_bytes > 0, "max_header_bytes must be at least 1");
    hold(options.max_body_bytes > 0, "max_body_bytes must be at least 1");
    hold(options.max_pending_bytes > 0, "max_pending_bytes must be at least 1");
    const auto reasonable = [](Duration d) {
        return d >= std::chrono::milliseconds{1} && d <= std::chrono::hours{1};
    };
    hold(reasonable(options.timeout), "timeout must be in [1 ms, 1 h]");
    hold(options.tick_every == Duration{0} || reasonable(options.tick_every),
         "tick_every must be 0 or in [1 ms, 1 h]");
}

const char* phrase(int status) noexcept {
    switch (status) {
        case 200:
            return "OK";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        default:
            return "Internal Server Error";
    }
}

/// Whether the families already have one that would be the same in OpenMetrics, where `_total` is no part of
/// the name.
bool shown(const Families& families, std::string_view name) noexcept {
    const auto stem = [](std::string_view full) {
        return full.ends_with("_total") ? full.substr(0, full.size() - 6) : full;
    };
    return std::any_of(families.begin(), families.end(),
                       [&](const Family& family) { return stem(family.name) == stem(name); });
}

std::string_view path_of(evhttp_request* request) noexcept {
    const evhttp_uri* uri = evhttp_request_get_evhttp_uri(request);
    const char* path = uri != nullptr ? evhttp_uri_get_path(uri) : nullptr;
    return path != nullptr ? path : "";
}

}  // namespace

struct HttpEndpoint::Impl final : detail::HttpHandler {
    Impl(Source from, Options given) : source{from}, options{std::move(given)} {}

    void handle(evhttp_request* request) noexcept override;
    void tick(TimePoint now) noexcept override;
    void answer_metrics(evhttp_request* request);
    void answer(evhttp_request* request, int status, std::string_view type, std::string_view body);

    const Source source;
    const Options options;
    detail::HttpCounts counts;
    std::string text;  // kept from scrape to scrape for its capacity
    std::optional<detail::HttpEventLoop> loop;
    std::thread thread;
    std::atomic<std::uint16_t> port{0};
};

void HttpEndpoint::Impl::handle(evhttp_request* request) noexcept {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    const auto method = evhttp_request_get_command(request);
    const std::string_view path = path_of(request);
    try {
        if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
            evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET, HEAD");
            answer(request, 405, plain, "GET and HEAD only\n");
        } else if (path == "/metrics") {
            answer_metrics(request);
        } else if (path == "/healthz") {
            answer(request, 200, plain, "ok\n");
        } else {
            answer(request, 404, plain, "there are /metrics and /healthz\n");
        }
    } catch (...) {  // the source threw, or there is no memory
        counts.source_failed();
        counts.answered(500);
        evhttp_clear_headers(evhttp_request_get_output_headers(request));
        evhttp_send_reply(request, 500, phrase(500), nullptr);
    }
}

void HttpEndpoint::Impl::tick(TimePoint now) noexcept {
    try {
        source.tick(source.object, now);
    } catch (...) {
        counts.source_failed();
    }
}

void HttpEndpoint::Impl::answer_metrics(evhttp_request* request) {
    const char* accept = evhttp_find_header(evhttp_request_get_input_headers(request), "Accept");
    const TextFormat format = negotiate(accept != nullptr ? accept : "");
    Families families = source.families(source.object, SteadyClock{}.now());
    if (options.show_itself) {
        for (Family& own : counts.families()) {
            if (!shown(families, own.name)) families.push_back(std::move(own));
        }
    }
    text.clear();
    append_text(text, families, format);
    loop->connections().close_unread(options.max_pending_bytes -
                                     std::min(options.max_pending_bytes, text.size()));
    answer(request, 200, content_type(format), text);
    counts.scraped();
}

void HttpEndpoint::Impl::answer(evhttp_request* request, int status, std::string_view type,
                                std::string_view body) {
    evkeyvalq* headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", std::string{type}.c_str());
    // evhttp leaves it out of the answer to HEAD, which is the same as to GET but for the body.
    evhttp_add_header(headers, "Content-Length", std::to_string(body.size()).c_str());
    if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
        if (evbuffer_add(evhttp_request_get_output_buffer(request), body.data(), body.size()) != 0)
            throw std::bad_alloc{};
    }
    counts.answered(status);
    evhttp_send_reply(request, status, phrase(status), nullptr);
}

HttpEndpoint::HttpEndpoint(Source source, Options options) : impl_{new Impl{source, std::move(options)}} {}

HttpEndpoint::~HttpEndpoint() {
    stop();
    delete impl_;
}

HttpEndpoint::Started HttpEndpoint::start() noexcept {
    if (impl_->loop) return {};
    Started result;
    try {
        check(impl_->options);
        impl_->loop.emplace(impl_->options, *impl_, impl_->counts);
        const BlockedSignals blocked;
        impl_->thread = std::thread{[loop = &*impl_->loop] { loop->run(); }};
        impl_->port = impl_->loop->port();
    } catch (const std::exception& error) {
        impl_->loop.reset();
        result.error = error.what();
        if (result.error.empty()) result.error = "HttpEndpoint: cannot start";
    }
    return result;
}

void HttpEndpoint::stop() noexcept {
    if (!impl_->loop) return;
    impl_->loop->stop();
    impl_->thread.join();
    impl_->loop.reset();
    impl_->port = 0;
}

std::uint16_t HttpEndpoint::port() const noexcept { return impl_->port; }

std::string HttpEndpoint::url() const {
    const std::uint16_t now = port();
    if (now == 0) return {};
    const std::string& address = impl_->options.address;
    const bool v6 = address.find(':') != std::string::npos;
    return "http://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(now);
}

Families HttpEndpoint::families() const { return impl_->counts.families(); }

}  // namespace sonde
