// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/http.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace demo {

/// Names the request in POST /v1/classify, and again in the POST /v1/label that comes later.
inline constexpr const char* id_header = "X-Request-Id";

/// The request's id. Nothing when the header is missing or not a number.
[[nodiscard]] std::optional<std::uint64_t> request_id(evhttp_request* request);

/// Copies the body into `into`. False when it is not exactly as long.
[[nodiscard]] bool read_body(evhttp_request* request, std::span<std::uint8_t> into);

/// Answers with a status and a JSON body, and hands the request back to libevent.
void reply(evhttp_request* request, int status, std::string_view json);

/// The server's end of the port that evhttp was bound to with port 0.
[[nodiscard]] std::uint16_t port_of(evhttp_bound_socket* socket);

}  // namespace demo
