// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sonde::testing {

/// One connection to a local HTTP server, by bare socket, so that a test can misbehave on it. Every wait is
/// bounded by 10 s, after which it counts as closed.
class HttpClient {
public:
    explicit HttpClient(std::uint16_t port, int receive_buffer = 0)
        : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const timeval patience{10, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (receive_buffer > 0) {
            setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }
    HttpClient(HttpClient&& other) noexcept
        : socket_{std::exchange(other.socket_, -1)}, connected_{other.connected_} {}
    HttpClient& operator=(HttpClient&&) = delete;
    ~HttpClient() {
        if (socket_ >= 0) ::close(socket_);
    }

    [[nodiscard]] bool connected() const noexcept { return connected_; }

    /// False once the other side does not take it.
    bool send(std::string_view text) {
        while (!text.empty()) {
            const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// At least one byte more; empty when closed.
    std::string receive() {
        std::string part(64 * 1024, '\0');
        const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
        part.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return part;
    }

    std::string receive_all() {
        std::string all;
        for (std::string part = receive(); !part.empty(); part = receive()) all += part;
        return all;
    }

private:
    int socket_;
    bool connected_ = false;
};

/// An answer taken apart. `status` is 0 when there was none.
struct HttpAnswer {
    int status = 0;
    std::string head, body;

    explicit HttpAnswer(const std::string& text) {
        if (!text.starts_with("HTTP/1.1 ") || text.size() < 12) return;
        status = std::stoi(text.substr(9, 3));
        const std::size_t end = text.find("\r\n\r\n");
        head = text.substr(0, end);
        if (end != std::string::npos) body = text.substr(end + 4);
    }

    /// The value of a header, or empty.
    [[nodiscard]] std::string header(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const std::size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// One request on a connection of its own. \param more  header lines, each ending in CR LF
inline HttpAnswer ask(std::uint16_t port, const std::string& method_and_path, const std::string& more = {}) {
    HttpClient client{port};
    client.send(method_and_path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + more + "\r\n");
    return HttpAnswer{client.receive_all()};
}

}  // namespace sonde::testing
