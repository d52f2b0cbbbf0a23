// SPDX-License-Identifier: BSL-1.0
// Messages as lines of JSON.
#include "wire.hpp"

#include <cairn/json.hpp>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace sequencer {

std::string to_line(message const& what)
{
    return cairn::to_json(what) + '\n';
}

message from_line(std::string_view line)
{
    return cairn::from_json<message>(line);
}

channel::~channel()
{
    ::close(socket_);
}

void channel::send(message const& what)
{
    auto const line = to_line(what);
    for (std::size_t sent = 0; sent < line.size();) {
        auto const n = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) throw peer_gone{};
        if (n < 0) throw std::system_error{errno, std::generic_category(), "send"};
        sent += static_cast<std::size_t>(n);
    }
}

std::optional<message> channel::receive()
{
    auto end = unread_.find('\n');
    while (end == std::string::npos) {
        auto block = std::array<char, 1U << 16U>{};
        auto const n = ::recv(socket_, block.data(), block.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != ECONNRESET)
            throw std::system_error{errno, std::generic_category(), "recv"};
        if (n <= 0) return std::nullopt;
        auto const seen = unread_.size();
        unread_.append(block.data(), static_cast<std::size_t>(n));
        end = unread_.find('\n', seen);
    }
    auto const result = from_line(std::string_view{unread_}.substr(0, end));
    unread_.erase(0, end + 1);
    return result;
}

} // namespace sequencer
