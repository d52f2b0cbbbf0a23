// SPDX-License-Identifier: BSL-1.0
// Keys as paths: printed, masked, and read back.
#include <cairn/describe/key.hpp>
#include <cairn/describe/key_path.hpp>

#include <cstdint>
#include <iostream>
#include <string>

struct session {
    std::string user;
    std::uint32_t device = 0;
    std::string token{};
};
BOOST_HANA_ADAPT_STRUCT(session, user, device, token);

template <>
inline constexpr auto cairn::descriptor<session> =
    cairn::entity<"session">(cairn::key<"session:{user}/{device}/{token}">, cairn::secret<"token">);

int main()
{
    auto const& shape = cairn::shape_of<session>;
    auto const key = cairn::make_key<session>("ada/l", 7, "hunter2");
    std::cout << cairn::key_path(shape, key) << '\n';              // session:ada%2Fl/7/***
    std::cout << cairn::key_path_with_secrets(shape, key) << '\n'; // session:ada%2Fl/7/hunter2

    auto const parsed = cairn::parse_key_path(shape, "session:ada%2Fl/7/hunter2");
    cairn::key_of<session> fields; // std::tuple<std::string, std::uint32_t, std::string>
    return cairn::read_key<session>(parsed.view(), fields) ? 0 : 1;
}
