// SPDX-License-Identifier: BSL-1.0
// Records whose members are peculiar: keys that are empty with and without memory, members whose
// own functions call the store.

#include "../support/store.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// Bytes of any length as the key.
struct blob {
    std::vector<std::byte> id{};
    std::string text{};
};

/// Text as the key, and as what is unique.
struct label {
    std::string id{};
    std::vector<std::byte> tag{};
};

/// Calls something, once, when it is copied.
struct calling {
    std::string text{};

    calling() = default;
    calling(calling const& other) : text{other.text} { say(); }
    calling& operator=(calling const& other)
    {
        text = other.text;
        say();
        return *this;
    }

    static void say()
    {
        if (call) std::exchange(call, nullptr)();
    }

    static inline std::function<void()> call{};
};

struct odd {
    std::string id{};
    calling name{};
};

} // namespace test

BOOST_HANA_ADAPT_STRUCT(test::blob, id, text);
BOOST_HANA_ADAPT_STRUCT(test::label, id, tag);
BOOST_HANA_ADAPT_STRUCT(test::calling, text);
BOOST_HANA_ADAPT_STRUCT(test::odd, id, name);

template <>
inline constexpr auto cairn::descriptor<test::blob> =
    cairn::entity<"blob">(cairn::key<"blob:{id}">);

template <>
inline constexpr auto cairn::descriptor<test::label> =
    cairn::entity<"label">(cairn::key<"label:{id}">, cairn::unique<"tag", "tag">);

template <>
inline constexpr auto cairn::descriptor<test::odd> = cairn::entity<"odd">(cairn::key<"odd:{id}">);

using namespace test;

namespace {

struct peculiar : cairn::schema<blob, label, odd> {};
constexpr auto blobs = cairn::table<blob>;
constexpr auto labels = cairn::table<label>;
constexpr auto odds = cairn::table<odd>;

/// Empty bytes with memory of their own.
std::vector<std::byte> emptied()
{
    auto bytes = std::vector<std::byte>(8);
    bytes.clear();
    return bytes;
}

} // namespace

TEST_CASE_TEMPLATE("an empty key is one key, with memory or without", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend, peculiar>{};
    db[blobs].insert({.id = {}, .text = "first"});
    CHECK_THROWS_AS(db[blobs].insert({.id = emptied()}), cairn::already_exists);
    CHECK(db[blobs].get(emptied()).text == "first");
    CHECK(db[blobs].erase(emptied()));
    db[blobs].put({.id = emptied(), .text = "second"});
    db[blobs].put({.id = {}, .text = "third"});
    CHECK(db[blobs].count() == 1);
    CHECK(db[blobs].get(std::vector<std::byte>{}).text == "third");

    db[labels].insert({.id = ""});
    CHECK(db[labels].contains(""));
    CHECK(db[labels].contains(std::string_view{}));
    CHECK_THROWS_AS(db[labels].insert({.id = std::string{}}), cairn::already_exists);
    CHECK_THROWS_AS(db[labels].insert({.id = "a", .tag = emptied()}), cairn::unique_conflict);
}

TEST_CASE_TEMPLATE(
    "a record's own function that calls the store inside a write gets misuse", Backend,
    EVERY_BACKEND)
{
    auto db = test::store<Backend, peculiar>{};
    auto one = odd{};
    one.id = "one";
    auto codes = std::vector<cairn::errc>{};
    auto const refused_in = [&](auto const& write) {
        codes.clear();
        calling::call = [&] {
            for (auto const& call : std::vector<std::function<void()>>{
                     [&] { static_cast<void>(db[odds].count()); },
                     [&] { static_cast<void>(db[odds].find("one")); },
                     [&] { db[odds].erase("one"); }, [&] { db.read([](auto&) {}); },
                     [&] { db.close(); }})
                codes.push_back(error_of(call).code());
        };
        write();
        calling::call = nullptr;
        return codes == std::vector(5, cairn::errc::misuse);
    };
    db[odds].insert(one);
    CHECK(refused_in([&] { db[odds].update("one", [](odd& o) { o.name.text = "changed"; }); }));
    CHECK(refused_in([&] { db[odds].scan().update([](odd& o) { o.name.text = "again"; }); }));
    CHECK(db[odds].get("one").name.text == "again");
    CHECK(db[odds].count() == 1); // and the store goes on
}
