// SPDX-License-Identifier: BSL-1.0
// Random programs: plain maps, memory, SQLite, ordered bytes and `any` must agree on every result,
// error and order. CAIRN_PROGRAMS sets how many, CAIRN_SEED where to begin.

#include "on_plain_map.hpp"
#include "on_store.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

using namespace test::program;

namespace {

constexpr auto program_size = std::size_t{200};

/// Where two transcripts differ first, in words; empty if they agree. Plain maps tell what is left
/// in the order of insertion alone: only as many lines are compared as they gave.
std::string first_difference(char const* name, transcript const& expected, transcript const& seen)
{
    for (std::size_t i = 0; i != expected.size(); ++i) {
        if (i < seen.size() && seen[i] == expected[i]) continue;
        auto const got = i < seen.size() ? seen[i] : std::string{"nothing"};
        return std::string{name} + " differs in line " + std::to_string(i) + "\n  expected "
            + printable(expected[i]) + "\n  got      " + printable(got);
    }
    return {};
}

/// One store of each kind, used by one program after another.
class every_store {
public:
    /// Where what `program` comes to differs from plain maps, or one store from another.
    std::string difference(steps const& program, bool with_any)
    {
        auto const expected = on_plain_map{}.run(program);
        auto const seen = memory_.run(program);
        memory_.clear();
        tally(seen);
        auto text = first_difference("memory", expected, seen);
        compare(text, "sqlite", sqlite_, program, seen);
        compare(text, "ordered_bytes", bytes_, program, seen);
        if (!with_any) return text;
        compare(text, "any over memory", any_memory_, program, seen);
        compare(text, "any over sqlite", any_sqlite_, program, seen);
        return text;
    }

    /// How often a line began with these words.
    [[nodiscard]] std::size_t times(std::string const& words) const
    {
        auto const found = tally_.find(words);
        return found == tally_.end() ? 0 : found->second;
    }

private:
    template <class Store>
    static void compare(
        std::string& text, char const* name, Store& store, steps const& program,
        transcript const& expected)
    {
        auto const seen = store.run(program);
        store.clear();
        if (text.empty()) text = first_difference(name, expected, seen);
        if (text.empty() && seen.size() != expected.size()) text = "more lines on another store";
    }

    void tally(transcript const& lines)
    {
        for (auto const& line : lines) {
            auto const first = line.find(' ');
            auto const second = line.starts_with("threw") ? line.find(' ', first + 1) : first;
            ++tally_[line.substr(0, second)];
        }
    }

    std::map<std::string, std::size_t> tally_{};
    test::place<cairn::sqlite> place_{};
    test::place<cairn::sqlite> other_place_{};
    on_store<cairn::memory, cairn::memory_options> memory_{{}};
    on_store<cairn::sqlite, cairn::sqlite_options> sqlite_{place_.options()};
    on_store<test::ordered_bytes, test::byte_options> bytes_{{}};
    on_store<cairn::any, cairn::memory_options> any_memory_{{}};
    on_store<cairn::any, cairn::sqlite_options> any_sqlite_{other_place_.options()};
};

} // namespace

TEST_CASE("random programs give the same results on every backend as on plain maps")
{
    auto const count = test::from_environment("CAIRN_PROGRAMS", 2000);
    auto const seed = test::from_environment("CAIRN_SEED", 1);
    auto stores = every_store{};
    for (auto i = std::uint64_t{0}; i != count; ++i) {
        auto const with_any = i % 8 == 0;
        auto const program = maker{seed + i}.make(program_size);
        if (stores.difference(program, with_any).empty()) continue;
        auto const smallest = shrinker::shrink(
            program, [&](steps const& p) { return !stores.difference(p, with_any).empty(); });
        FAIL(
            "seed ", seed + i, ", ", size_of(smallest), " steps: ", to_text(smallest), "\n",
            stores.difference(smallest, with_any));
    }
    MESSAGE(count, " programs of ", program_size, " steps from seed ", seed);
    for (auto const* words :
         {"threw already_exists", "threw unique_conflict", "threw invalid_transition",
          "threw invalid_argument", "threw not_found", "threw as", "inserted", "put", "erased",
          "cleared", "page:", "keys", "looped", "done"}) {
        CAPTURE(std::string{words});
        CHECK(stores.times(words) >= count / 10); // the programs reach what they are to test
    }
}

TEST_CASE("a planted bug is found by few random programs, and shrunk to a handful of steps")
{
    for (auto const bug :
         {test::planted_bug::index_left_on_erase, test::planted_bug::index_left_on_change,
          test::planted_bug::unique_unchecked_on_change, test::planted_bug::null_below_a_bound,
          test::planted_bug::shortest_page_loses_one}) {
        CAPTURE(static_cast<int>(bug));
        auto const fails = [&](steps const& p) {
            auto options = test::byte_options{};
            options.bug = bug;
            auto store = on_store<test::ordered_bytes, test::byte_options>{options};
            auto const expected = on_plain_map{}.run(p);
            try {
                return !first_difference("planted", expected, store.run(p)).empty();
            } catch (std::exception const&) {
                return true; // so broken that not even the contents can be told
            }
        };
        auto seed = std::uint64_t{1};
        while (seed != 50 && !fails(maker{seed}.make(program_size))) ++seed;
        REQUIRE(seed != 50);
        auto const smallest = shrinker::shrink(maker{seed}.make(program_size), fails);
        CAPTURE(to_text(smallest));
        CHECK(size_of(smallest) <= 4);
    }
}
