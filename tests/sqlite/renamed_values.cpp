// SPDX-License-Identifier: BSL-1.0
// The names of an enum's values may change; the file then explains itself by those of the program
// that wrote it last.
#include "../support/temporary_folder.hpp"
#include "store_file.hpp"

#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

using namespace test;

namespace renamed {

enum class before : std::uint8_t { open, done };
enum class after : std::uint8_t { open, done };

template <class State>
struct ticket {
    std::string id;
    State state{};
};
using old_ticket = ticket<before>;
using new_ticket = ticket<after>;

} // namespace renamed

BOOST_HANA_ADAPT_STRUCT(renamed::old_ticket, id, state);
BOOST_HANA_ADAPT_STRUCT(renamed::new_ticket, id, state);

template <>
inline constexpr auto cairn::enum_names<renamed::before> = cairn::names<renamed::before>(
    {{renamed::before::open, "open"}, {renamed::before::done, "done"}});
template <>
inline constexpr auto cairn::enum_names<renamed::after> = cairn::names<renamed::after>(
    {{renamed::after::open, "waiting"}, {renamed::after::done, "done"}});

template <>
inline constexpr auto cairn::descriptor<renamed::old_ticket> =
    cairn::entity<"ticket">(cairn::version<1>, cairn::key<"ticket:{id}">);
template <>
inline constexpr auto cairn::descriptor<renamed::new_ticket> =
    cairn::entity<"ticket">(cairn::version<1>, cairn::key<"ticket:{id}">);

namespace renamed {

struct old_schema : cairn::schema<old_ticket> {};
struct new_schema : cairn::schema<new_ticket> {};
using old_store = cairn::store<old_schema, cairn::sqlite>;
using new_store = cairn::store<new_schema, cairn::sqlite>;

} // namespace renamed

TEST_CASE("a store that is opened for writing renames the values of enums in the file, and no more")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "tickets.db").string();
    auto const description = [&] {
        return sql(path, "SELECT \"description\" FROM \"cairn.model\"").at(0);
    };
    auto const rest = [&] {
        return sql(
            path,
            "SELECT group_concat(\"record\" || \"layout\" || hex(\"record_fingerprint\")"
            " || hex(\"table_fingerprint\")) || (SELECT \"catalog\" || \"commit_sequence\""
            " || \"clean\" || hex(\"tallies\") FROM \"cairn.state\") FROM \"cairn.model\"");
    };
    auto const old_tickets = cairn::table<renamed::old_ticket>;
    auto const new_tickets = cairn::table<renamed::new_ticket>;
    renamed::old_store{path}[old_tickets].insert({.id = "a", .state = renamed::before::done});
    auto const with_old_names = std::string{
        "member id string\nmember state enum:u8{open=0,done=1}\n"};
    auto const with_new_names = std::string{
        "member id string\nmember state enum:u8{waiting=0,done=1}\n"};
    auto const before = rest();
    CHECK(description() == with_old_names);

    auto const reads = cairn::sqlite_options{.path = path, .read_only = true};
    CHECK(renamed::new_store{reads}[new_tickets].get("a").state == renamed::after::done);
    CHECK(description() == with_old_names);

    auto reader = renamed::old_store{reads};
    {
        auto db = renamed::new_store{path};
        CHECK(sql(path, "SELECT \"clean\" FROM \"cairn.state\"").at(0) == "0");
        db.close();
    }
    CHECK(description() == with_new_names);
    CHECK(rest() == before);
    CHECK(reader[old_tickets].get("a").state == renamed::before::done);
    CHECK(renamed::new_store{path}[new_tickets].get("a").state == renamed::after::done);
}
