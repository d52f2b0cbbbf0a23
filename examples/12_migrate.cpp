// SPDX-License-Identifier: BSL-1.0
// Migrating by hand: a model gets a member, and its records are copied into a new file.
#include <cairn/cairn.hpp>
#include <cairn/sqlite.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>

namespace before { // everything as it was when the old file was written

struct user {
    std::string name;
    std::uint32_t age = 0;
};

} // namespace before

struct user {
    std::string name;
    std::uint32_t age = 0;
    std::optional<std::string> email{}; // new
};

BOOST_HANA_ADAPT_STRUCT(before::user, name, age);
BOOST_HANA_ADAPT_STRUCT(user, name, age, email);

template <>
inline constexpr auto cairn::descriptor<before::user> = cairn::entity<"user">(
    cairn::version<1>, cairn::key<"user:{name}">, cairn::index<"by_age", "age">);

template <>
inline constexpr auto cairn::descriptor<user> = cairn::entity<"user">(
    cairn::version<2>, cairn::key<"user:{name}">, cairn::index<"by_age", "age">);

struct old_app : cairn::schema<before::user> {};
struct app : cairn::schema<user> {};
inline constexpr auto old_users = cairn::table<before::user>;
inline constexpr auto users = cairn::table<user>;

/// Copies every record, in the order of insertion, a thousand in a transaction.
static void migrate(std::string const& from, std::string const& to)
{
    auto old = cairn::store<old_app, cairn::sqlite>{{.path = from, .read_only = true}};
    auto now = cairn::store<app, cairn::sqlite>{to};
    now[users].clear(); // of a copy that was interrupted
    old.read([&](auto& view) {
        auto const all = view[old_users].scan();
        for (auto page = all.page(1000);; page = all.page(1000, page.next)) {
            now.write([&](auto& tx) {
                for (auto const& u : page.records) tx[users].insert({.name = u.name, .age = u.age});
            });
            if (page.next.empty()) break;
        }
    });
    now.close(); // empties the log of the new file: it is complete without it
}

/// The new file takes the name of the old one, which goes to a folder with its log.
static void take_place(std::string const& old, std::string const& now, std::string const& folder)
{
    std::filesystem::create_directory(folder);
    for (auto const* part : {"", "-wal", "-shm"})
        if (std::filesystem::exists(old + part))
            std::filesystem::rename(old + part, folder + "/state.db" + part);
    std::filesystem::rename(now, old);
}

int main()
{
    std::filesystem::remove_all("users"); // of an earlier run
    {
        auto db = cairn::store<old_app, cairn::sqlite>{"users/state.db"};
        db.write([](auto& tx) {
            for (std::uint32_t n = 0; n != 2500; ++n)
                tx[old_users].insert({"u" + std::to_string(n), n % 90});
        });
    }
    try {
        auto const db = cairn::store<app, cairn::sqlite>{"users/state.db"};
        return EXIT_FAILURE;
    } catch (cairn::schema_mismatch const& error) { // the file stays as it is
        for (auto const& difference : error.notes()) std::cout << difference << '\n';
    }

    migrate("users/state.db", "users/state.new");
    take_place("users/state.db", "users/state.new", "users/before");

    auto db = cairn::store<app, cairn::sqlite>{"users/state.db"};
    db[users].update("u7", [](user& u) { u.email = "u7@example.org"; });
    std::cout << db[users].count() << " users; the newest is "
              << db[users].scan().reversed().first()->name << '\n';
    return db[users].count() == 2500 ? EXIT_SUCCESS : EXIT_FAILURE;
}
