// SPDX-License-Identifier: Apache-2.0
#include "http.hpp"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <sys/socket.h>

#include <charconv>
#include <cstring>

namespace demo {

std::optional<std::uint64_t> request_id(evhttp_request* request) {
    const char* text = evhttp_find_header(evhttp_request_get_input_headers(request), id_header);
    if (text == nullptr) return std::nullopt;
    const char* end = text + std::strlen(text);
    std::uint64_t id = 0;
    const auto [rest, error] = std::from_chars(text, end, id);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return id;
}

bool read_body(evhttp_request* request, std::span<std::uint8_t> into) {
    evbuffer* body = evhttp_request_get_input_buffer(request);
    if (evbuffer_get_length(body) != into.size()) return false;
    return evbuffer_remove(body, into.data(), into.size()) == static_cast<int>(into.size());
}

void reply(evhttp_request* request, int status, std::string_view json) {
    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "application/json");
    evbuffer_add(evhttp_request_get_output_buffer(request), json.data(), json.size());
    evhttp_send_reply(request, status, nullptr, nullptr);
}

std::uint16_t port_of(evhttp_bound_socket* socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(evhttp_bound_socket_get_fd(socket), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

}  // namespace demo
