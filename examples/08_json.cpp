// SPDX-License-Identifier: BSL-1.0
// JSON of a record, for people and tools: out, in, and what is refused on the way in.
#include <cairn/cairn.hpp>
#include <cairn/json.hpp>

#include <iostream>
#include <map>
#include <optional>

enum class colour : std::uint8_t { red, green };
template <>
inline constexpr auto cairn::enum_names<colour> =
    cairn::names<colour>({{colour::red, "red"}, {colour::green, "green"}});

struct point {
    std::int32_t x = 0;
    std::int32_t y = 0;
};
BOOST_HANA_ADAPT_STRUCT(point, x, y);

struct shape {
    std::uint64_t id = 0;
    colour fill = colour::red;
    std::vector<point> corners{};
    std::optional<std::string> label{};
    std::map<std::string, double> sizes{};
    std::vector<std::byte> image{};
    cairn::timestamp drawn{};
    std::string password{};
};
BOOST_HANA_ADAPT_STRUCT(shape, id, fill, corners, label, sizes, image, drawn, password);

template <>
inline constexpr auto cairn::descriptor<shape> =
    cairn::entity<"shape">(cairn::key<"shape/{id}">, cairn::secret<"password">);

int main()
{
    auto const triangle = shape{
        .id = 7,
        .fill = colour::green,
        .corners = {{0, 0}, {3, 0}, {0, 4}},
        .sizes = {{"area", 6.0}},
        .image = {std::byte{0xca}, std::byte{0xfe}},
        .drawn = cairn::timestamp{std::chrono::milliseconds{1'500}},
        .password = "hunter2",
    };
    std::cout << cairn::to_json(triangle) << '\n'; // the password is masked

    auto const back = cairn::from_json<shape>(R"({"id": 8, "fill": "red", "corners": [],
        "label": null, "sizes": {}, "image": "0x00ff", "drawn": "2026-11-20T12:00:00Z",
        "password": ""})");
    std::cout << back.id << ' ' << back.image.size() << " bytes\n";

    for (char const* text :
         {R"({"id": 300, "id": 1})", R"({"id": -1})", "[[[[[[", R"({"id": 1, "weight": 2})"}) {
        try {
            static_cast<void>(cairn::from_json<shape>(text));
        } catch (cairn::error const& error) {
            std::cout << error.what() << '\n';
        }
    }
}
