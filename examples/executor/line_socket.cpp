// SPDX-License-Identifier: BSL-1.0
// Lines over Unix sockets.
#include "line_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace executor {

namespace {

[[noreturn]] void fail(std::string const& what)
{
    throw link_error{what + ": " + std::strerror(errno)};
}

sockaddr_un address_of(std::string const& path)
{
    auto address = sockaddr_un{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw link_error{path + ": too long for a socket"};
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

int open_socket()
{
    auto const descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) fail("socket");
    return descriptor;
}

/// Whether the descriptor became ready in time.
bool is_ready(int descriptor, short events, deadline until)
{
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        auto event = pollfd{descriptor, events, 0};
        auto const time = std::clamp<std::int64_t>(left.count(), 0, 1'000'000);
        auto const ready = ::poll(&event, 1, static_cast<int>(time));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) fail("poll");
        if (ready == 0) return false;
    }
}

void wait_ready(int descriptor, short events, deadline until)
{
    if (!is_ready(descriptor, events, until)) throw link_error{"no answer in time"};
}

} // namespace

line_socket line_socket::connect(std::string const& path, deadline until)
{
    auto const address = address_of(path);
    auto result = line_socket{open_socket()};
    while (
        ::connect(result.descriptor_, reinterpret_cast<sockaddr const*>(&address), sizeof address)
        != 0) {
        if (errno == EISCONN) break;
        if (errno != EAGAIN && errno != EINTR) fail(path); // EAGAIN: too many wait there already
        if (std::chrono::steady_clock::now() >= until) throw link_error{path + ": no answer"};
        ::usleep(1000);
    }
    return result;
}

line_socket::~line_socket()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

line_socket::line_socket(line_socket&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, received_{std::move(other.received_)}
{
}

pid_t line_socket::peer() const
{
    auto who = ucred{};
    auto size = static_cast<socklen_t>(sizeof who);
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) fail("SO_PEERCRED");
    return who.pid;
}

void line_socket::send_line(std::string line, deadline until)
{
    line.push_back('\n');
    for (std::size_t at = 0; at < line.size();) {
        auto const size = ::send(descriptor_, line.data() + at, line.size() - at, MSG_NOSIGNAL);
        if (size >= 0)
            at += static_cast<std::size_t>(size);
        else if (errno == EAGAIN)
            wait_ready(descriptor_, POLLOUT, until);
        else if (errno != EINTR)
            fail("send");
    }
}

std::optional<std::string> line_socket::receive_line(deadline until, std::size_t most)
{
    for (;;) {
        if (auto const end = received_.find('\n'); end != std::string::npos) {
            auto line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        if (received_.size() > most) throw link_error{"a line that is too long"};
        wait_ready(descriptor_, POLLIN, until);
        auto buffer = std::string(4096, '\0');
        auto const size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (size == 0) return std::nullopt;
        if (size > 0)
            received_.append(buffer, 0, static_cast<std::size_t>(size));
        else if (errno != EAGAIN && errno != EINTR)
            fail("receive");
    }
}

line_listener::line_listener(std::string path) : path_{std::move(path)}, descriptor_{open_socket()}
{
    auto const address = address_of(path_);
    auto const* const plain = reinterpret_cast<sockaddr const*>(&address);
    if (::bind(descriptor_, plain, sizeof address) != 0 || ::listen(descriptor_, 128) != 0) {
        auto const code = std::exchange(descriptor_, -1);
        auto const reason = errno;
        ::close(code);
        errno = reason;
        fail(path_);
    }
}

line_listener::~line_listener()
{
    ::close(descriptor_);
    ::unlink(path_.c_str());
}

std::optional<line_socket> line_listener::accept(deadline until)
{
    if (!is_ready(descriptor_, POLLIN, until)) return std::nullopt;
    auto const taken = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (taken >= 0) return line_socket{taken};
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return std::nullopt;
    fail("accept");
}

} // namespace executor
