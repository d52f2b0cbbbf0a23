// SPDX-License-Identifier: BSL-1.0
// Servers on loopback: one with answers prepared by the test, one that never answers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace test {

struct answer_of {
    int status;
    std::string body;
};

/// A socket that listens on a free port of loopback.
class listener {
public:
    listener() : socket_{::socket(AF_INET, SOCK_STREAM, 0)}
    {
        auto address = sockaddr_in{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        auto size = static_cast<socklen_t>(sizeof address);
        if (::bind(socket_, plain, size) != 0 || ::listen(socket_, 16) != 0
            || ::getsockname(socket_, plain, &size) != 0)
            throw std::runtime_error{"no socket on loopback"};
        port_ = ntohs(address.sin_port);
    }
    ~listener() { ::close(socket_); }
    listener(listener const&) = delete;
    listener& operator=(listener const&) = delete;

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    int socket_;
    int port_ = 0;
};

/// Accepts connections, as every listening socket does, and says nothing.
using silent_server = listener;

/// Gives the prepared answers one after another, one connection each.
class http_server {
public:
    explicit http_server(std::vector<answer_of> answers)
        : thread_{[this, answers = std::move(answers)] {
              for (auto const& answer : answers)
                  if (!serve_one([&](std::string const&) { return answer; })) return;
          }}
    {
    }
    /// Instead, however many answers to the bodies of requests.
    explicit http_server(std::function<answer_of(std::string const&)> answer)
        : thread_{[this, answer = std::move(answer)] {
              while (serve_one(answer)) {}
          }}
    {
    }
    ~http_server()
    {
        ::shutdown(listener_.socket(), SHUT_RDWR);
        thread_.join();
    }
    http_server(http_server const&) = delete;
    http_server& operator=(http_server const&) = delete;

    [[nodiscard]] std::string url() const { return listener_.url(); }
    [[nodiscard]] std::vector<std::string> requests() const
    {
        auto const lock = std::lock_guard{guard_};
        return requests_;
    }

private:
    /// False when stopping.
    bool serve_one(std::function<answer_of(std::string const&)> const& answer)
    {
        auto const connection = ::accept(listener_.socket(), nullptr, nullptr);
        if (connection < 0) return false;
        if (auto const body = receive(connection)) {
            {
                auto const lock = std::lock_guard{guard_};
                requests_.push_back(*body);
            }
            send(connection, answer(*body));
        }
        ::close(connection);
        return true;
    }

    static std::optional<std::string> receive(int connection)
    {
        auto text = std::string{};
        auto buffer = std::string(4096, '\0');
        while (!is_complete(text)) {
            auto const size = ::recv(connection, buffer.data(), buffer.size(), 0);
            if (size <= 0) return std::nullopt;
            text.append(buffer, 0, static_cast<std::size_t>(size));
        }
        return text.substr(text.find("\r\n\r\n") + 4);
    }

    static bool is_complete(std::string const& text)
    {
        auto const end = text.find("\r\n\r\n");
        auto const at = text.find("Content-Length: ");
        if (end == std::string::npos) return false;
        if (at == std::string::npos) return true; // a question without a body
        return text.size() >= end + 4 + std::stoul(text.substr(at + 16));
    }

    static void send(int connection, answer_of const& answer)
    {
        auto const text = "HTTP/1.1 " + std::to_string(answer.status)
            + " Text\r\nConnection: close\r\nContent-Length: " + std::to_string(answer.body.size())
            + "\r\n\r\n" + answer.body;
        static_cast<void>(::send(connection, text.data(), text.size(), MSG_NOSIGNAL));
    }

    listener listener_{};
    mutable std::mutex guard_{};
    std::vector<std::string> requests_{};
    std::thread thread_;
};

} // namespace test
