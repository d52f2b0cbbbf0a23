// SPDX-License-Identifier: BSL-1.0
// What node and committee say to each other: JSON, one line a message, over a socket.
#pragma once

#include "node.hpp"

#include <string>

namespace sequencer {

enum class message_kind : std::uint8_t {
    hello,    ///< node: the round it is at
    propose,  ///< committee: make a certificate for this round
    proposal, ///< node: here it is, or why not
    deliver,  ///< committee: batches and certificates
    receipts, ///< node: what became of them
    finish,   ///< committee: that was all
};

struct message {
    message_kind kind = message_kind::hello;
    std::uint64_t round = 0;
    std::uint64_t nonce = 0;
    cairn::timestamp timestamp{};
    std::string reason{};
    std::vector<batch_transaction> transactions{};
    std::vector<batch> batches{};
    std::vector<certificate> certificates{};
    std::vector<receipt> receipts{};
};

/// The other end of a conversation ended it.
class peer_gone : public std::runtime_error {
public:
    peer_gone() : std::runtime_error{"the other end is gone"} {}
};

/// One end of a conversation; closes its socket.
class channel {
public:
    explicit channel(int socket) : socket_{socket} {}
    ~channel();
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;

    /// @errors `peer_gone`, `std::system_error`.
    void send(message const& what);

    /// The next message; nothing if the other end is gone.
    /// @errors `std::system_error`; `cairn::invalid_argument` for what is no message.
    std::optional<message> receive();

private:
    int socket_;
    std::string unread_{};
};

[[nodiscard]] std::string to_line(message const& what);
[[nodiscard]] message from_line(std::string_view line);

} // namespace sequencer

BOOST_HANA_ADAPT_STRUCT(sequencer::receipt, digest, what, why);
BOOST_HANA_ADAPT_STRUCT(
    sequencer::message, kind, round, nonce, timestamp, reason, transactions, batches, certificates,
    receipts);

template <>
inline constexpr auto cairn::descriptor<sequencer::message> =
    cairn::entity<"message">(cairn::key<"/message/{round}/{nonce}">);
