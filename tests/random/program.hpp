// SPDX-License-Identifier: BSL-1.0
// Random programs as data: what they do, how they are made, and how they are written down.
#pragma once

#include "../support/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace test::program {

/// What a step does. The verbs act on one record; `query` asks and then looks, changes or erases;
/// the last ones hold steps inside.
enum class op : std::uint8_t {
    insert,
    put,
    update,
    erase,
    get,
    find,
    contains,
    visit,
    clear,
    query,
    loop,    ///< over a range, with a write for each record
    reopen,  ///< closes and opens the store, where the backend has a file
    write,   ///< a transaction
    async,   ///< the same by `write_async`
    attempt, ///< a part of a transaction; outside one, a transaction
    read,    ///< a snapshot
};
inline constexpr std::size_t op_count = 16;

enum class on : std::uint8_t { accounts, tasks, entries, pairs, readings };
inline constexpr std::size_t table_count = 5;

/// Small numbers that choose values, a query, an action; what each means depends on the step.
using choices = std::array<std::uint8_t, 8>;

struct step {
    op what = op::find;
    on table = on::accounts;
    choices pick{};
    bool fails = false; ///< the closure throws at its end, or in its middle
    std::vector<step> inside{};
};

using steps = std::vector<step>;

[[nodiscard]] inline bool has_inside(op what)
{
    return what >= op::write;
}

/// Makes programs of about `size` steps.
class maker {
public:
    explicit maker(std::uint64_t seed) : random_{seed} {}

    steps make(std::size_t size)
    {
        auto result = steps{};
        while (size != 0) result.push_back(any_step(size, 0));
        return result;
    }

private:
    step any_step(std::size_t& left, int depth)
    {
        --left;
        auto s = step{.what = any_op(depth)};
        s.table = static_cast<on>(random_.below(table_count));
        for (auto& choice : s.pick) choice = static_cast<std::uint8_t>(random_.below(256));
        s.fails = random_.one_in(4);
        if (!has_inside(s.what)) return s;
        auto const deeper = s.what == op::read ? 100 : depth + 1;
        for (auto n = random_.below(8); n != 0 && left != 0; --n)
            s.inside.push_back(any_step(left, deeper));
        return s;
    }

    op any_op(int depth)
    {
        static constexpr auto verbs = std::array{
            op::insert, op::insert, op::insert, op::put,   op::put,   op::put,  op::update,
            op::update, op::erase,  op::get,    op::query, op::query, op::query};
        static constexpr auto others = std::array{
            op::find, op::contains, op::visit, op::clear, op::loop};
        static constexpr auto closures = std::array{op::write, op::write, op::async, op::read};
        if (depth >= 100) return random_.one_in(3) ? op::get : op::query;
        if (random_.one_in(10)) return random_.any_of(others);
        if (depth == 0 && random_.one_in(200)) return op::reopen;
        if (depth == 0 && random_.one_in(6)) return random_.any_of(closures);
        if (depth > 0 && depth < 4 && random_.one_in(6)) return op::attempt;
        return random_.any_of(verbs);
    }

    generator random_;
};

[[nodiscard]] inline std::size_t size_of(steps const& program)
{
    auto n = program.size();
    for (auto const& s : program) n += size_of(s.inside);
    return n;
}

/// The program as an initializer of `steps`, to be pasted into a test.
[[nodiscard]] inline std::string to_text(steps const& program, std::size_t indent = 1)
{
    static constexpr auto names = std::array<char const*, op_count>{
        "insert", "put",   "update", "erase",  "get",   "find",  "contains", "visit",
        "clear",  "query", "loop",   "reopen", "write", "async", "attempt",  "read"};
    static constexpr auto tables = std::array<char const*, table_count>{
        "accounts", "tasks", "entries", "pairs", "readings"};
    auto text = std::string{"{\n"};
    for (auto const& s : program) {
        text.append(4 * indent, ' ')
            .append("{op::")
            .append(names[static_cast<std::size_t>(s.what)]);
        text.append(", on::").append(tables[static_cast<std::size_t>(s.table)]).append(", {");
        for (auto const choice : s.pick) text.append(std::to_string(choice)).append(", ");
        text.append(s.fails ? "}, true" : "}, false");
        if (!s.inside.empty()) text.append(", ").append(to_text(s.inside, indent + 1));
        text.append("},\n");
    }
    return text.append(4 * (indent - 1), ' ').append("}");
}

/// Makes a failing program as small as it gets by leaving out steps, taking steps out of their
/// closures, and choosing smaller numbers, as long as `fails(program)`.
class shrinker {
public:
    template <class Fails>
    static steps shrink(steps program, Fails const& fails)
    {
        for (auto progress = true; progress;) {
            progress = false;
            for (auto chunk = program.size(); chunk != 0; chunk /= 2)
                progress = leave_out(program, chunk, fails) || progress;
            progress = simplify(program, program, fails) || progress;
        }
        return program;
    }

private:
    template <class Fails>
    static bool leave_out(steps& program, std::size_t chunk, Fails const& fails)
    {
        auto progress = false;
        for (std::size_t at = 0; at + chunk <= program.size();) {
            auto smaller = program;
            auto const first = smaller.begin() + static_cast<std::ptrdiff_t>(at);
            smaller.erase(first, first + static_cast<std::ptrdiff_t>(chunk));
            if (!fails(smaller)) {
                ++at;
                continue;
            }
            program = std::move(smaller);
            progress = true;
        }
        return progress;
    }

    /// Tries `changed` in place of `*target`, which lies somewhere inside `whole`.
    template <class T, class Fails>
    static bool accept(steps& whole, T& target, T changed, Fails const& fails)
    {
        std::swap(target, changed);
        if (fails(whole)) return true;
        std::swap(target, changed);
        return false;
    }

    template <class Fails>
    static bool simplify(steps& whole, steps& part, Fails const& fails)
    {
        auto progress = false;
        for (std::size_t i = 0; i < part.size(); ++i) {
            for (auto& choice : part[i].pick)
                for (auto const smaller : {0, choice / 2, choice - 1})
                    if (smaller >= 0 && smaller < choice)
                        progress = accept(whole, choice, static_cast<std::uint8_t>(smaller), fails)
                            || progress;
            if (part[i].fails) progress = accept(whole, part[i].fails, false, fails) || progress;
            progress = shrink_inside(whole, part, i, fails) || progress;
        }
        return progress;
    }

    /// The steps, with those inside step `at` in its place.
    static steps without_closure(steps const& part, std::size_t at)
    {
        auto flat = part;
        auto const here = flat.erase(flat.begin() + static_cast<std::ptrdiff_t>(at));
        flat.insert(here, part[at].inside.begin(), part[at].inside.end());
        return flat;
    }

    template <class Fails>
    static bool shrink_inside(steps& whole, steps& part, std::size_t at, Fails const& fails)
    {
        auto progress = false;
        for (std::size_t i = 0; i < part[at].inside.size();) {
            auto fewer = part[at].inside;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            if (accept(whole, part[at].inside, std::move(fewer), fails))
                progress = true;
            else
                ++i;
        }
        if (!part[at].inside.empty() && accept(whole, part, without_closure(part, at), fails))
            return true;
        return simplify(whole, part[at].inside, fails) || progress;
    }
};

} // namespace test::program
