// SPDX-License-Identifier: BSL-1.0
// Describing: what a descriptor may say, and which types a member may have.
#include <cairn/cairn.hpp>
#include <cairn/memory.hpp>

#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <variant>

namespace fleet {

enum class status : std::uint8_t { staged, running, failed };

struct variable {
    std::string name, value;
};

struct performer {
    std::string id;                                  // text, any bytes
    std::array<std::byte, 20> owner{};               // shown as hex
    status now = status::staged;                     // an enum with an underlying type
    cairn::timestamp created{};                      // nanoseconds since 1970
    std::optional<cairn::timestamp> checked{};       // may be absent
    std::chrono::milliseconds patience{500};         // a duration
    std::uint16_t port = 0;                          // integers to 64 bits, signed and unsigned
    double load = 0;                                 // not in a key; never NaN in a column
    std::vector<variable> environment{};             // structs in structs, containers of them
    std::map<std::string, std::uint64_t> counters{}; // maps and sets
    std::variant<std::monostate, std::string, std::int32_t> last_result{};
    std::string token{};
    int attempts_seen = 0; // see left_out below
};

} // namespace fleet

BOOST_HANA_ADAPT_STRUCT(fleet::variable, name, value);
BOOST_HANA_ADAPT_STRUCT(
    fleet::performer, id, owner, now, created, checked, patience, port, load, environment, counters,
    last_result, token);

template <>
inline constexpr auto cairn::left_out<fleet::performer> =
    cairn::members<&fleet::performer::attempts_seen>; // only for as long as the program runs

template <>
inline constexpr auto cairn::enum_names<fleet::status> = cairn::names<fleet::status>({
    {fleet::status::staged, "staged"},
    {fleet::status::running, "running"},
    {fleet::status::failed, "failed"},
});

template <>
inline constexpr auto cairn::descriptor<fleet::performer> = cairn::entity<"performer">(
    cairn::version<1>, cairn::key<"performer:{owner}/{id}">,
    cairn::index<"by_status", "now", "created">, cairn::unique<"port", "port">,
    cairn::column<"load">, cairn::secret<"token">,
    cairn::lifecycle<"now">(
        cairn::from<fleet::status::staged>.to<fleet::status::running, fleet::status::failed>,
        cairn::from<fleet::status::running>.to<fleet::status::failed>));

struct fleet_schema : cairn::schema<fleet::performer> {};
inline constexpr auto performers = cairn::table<fleet::performer>;

int main()
{
    using namespace cairn::literals;
    auto db = cairn::store<fleet_schema, cairn::memory>{};
    db[performers].insert({.id = "p/1", .environment = {{"HOME", "/"}}, .last_result = "ready"});
    auto const running =
        db[performers].by("by_status"_by, fleet::status::staged).update([](auto& p) {
            p.now = fleet::status::running;
            ++p.counters["starts"];
        });
    try {
        db[performers].update(
            running.front().owner, "p/1", [](auto& p) { p.now = fleet::status::staged; });
    } catch (cairn::invalid_transition const& error) {
        std::cout << error.key()
                  << '\n'; // performer:0000000000000000000000000000000000000000/p%2F1
    }
}
