// SPDX-License-Identifier: BSL-1.0
// A store of the shared models over any backend, and everything that can be seen in it.
#pragma once

#include "backends.hpp"
#include "record_image.hpp"

#include <cairn/any.hpp>
#include <cairn/cairn.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

// To open one makes a table for each model, which takes longer to compile than most of the tests
// that open it: stores.cpp does it for all.
extern template class cairn::store<test::everything, cairn::memory>;
extern template class cairn::store<test::everything, cairn::sqlite>;
extern template class cairn::store<test::everything, test::ordered_bytes>;

namespace test {

/// Opens an empty store in a place of its own: `auto db = test::store<Backend>{}`.
template <class Backend, class Schema = everything>
class store : private place<Backend>, public cairn::store<Schema, Backend> {
public:
    store() : store{[](auto&) {}} {}

    /// `adjust` may change the options first.
    template <class Adjust>
    explicit store(Adjust const& adjust)
        : cairn::store<Schema, Backend>{adjusted(place<Backend>::options(), adjust)}
    {
    }

    using place<Backend>::file;

private:
    template <class Options, class Adjust>
    static Options adjusted(Options options, Adjust const& adjust)
    {
        adjust(options);
        return options;
    }
};

namespace detail {

template <class Range>
void add_range(std::vector<std::string>& lines, std::string const& name, Range const& range)
{
    lines.push_back(name + " count " + std::to_string(range.count()));
    for (auto const& record : range.to_vector()) lines.push_back(name + ' ' + image(record));
    for (auto const& record : range.reversed().to_vector())
        lines.push_back(name + " reversed " + image(record));
}

/// How far the records' numbers are apart; where they begin depends on what was there before.
inline void add_steps(
    std::vector<std::string>& lines, std::string const& name,
    std::vector<std::int64_t> const& sequences)
{
    auto steps = name + " numbers";
    for (std::size_t i = 1; i < sequences.size(); ++i)
        steps += " +" + std::to_string(sequences[i] - sequences[i - 1]);
    lines.push_back(std::move(steps));
}

template <class Model, class... Indexes>
void add_table(
    std::vector<std::string>& lines, cairn::repository_view<Model> const& table, Indexes... indexes)
{
    auto const name = std::string{cairn::shape_of<Model>.name};
    add_range(lines, name, table.scan());
    add_steps(lines, name, table.scan().sequences());
    add_range(lines, name + " by key", table.prefix());
    auto n = 0;
    (add_range(lines, name + " by index " + std::to_string(n++), table.by(indexes)), ...);
}

} // namespace detail

/// Every record of a store or transaction, in every order, both ways.
template <class Store>
std::vector<std::string> contents(Store& db)
{
    using namespace cairn::literals;
    auto lines = std::vector<std::string>{};
    detail::add_table(lines, db[accounts], "email"_by, "phone"_by, "age"_by);
    detail::add_table(lines, db[tasks], "queue"_by);
    detail::add_table(lines, db[certificates], "author"_by);
    detail::add_table(lines, db[metadatas]);
    detail::add_table(lines, db[readings], "celsius"_by, "deadline"_by, "slot"_by);
    detail::add_table(lines, db[entries], "text"_by, "weight"_by);
    detail::add_table(lines, db[pairs]);
    detail::add_table(lines, db[blocks]);
    return lines;
}

/// Runs `fn`, which must throw an error of Cairn, and gives that error.
template <class Function>
cairn::error error_of(Function const& fn)
{
    try {
        fn();
    } catch (cairn::error const& e) {
        return e;
    }
    FAIL("no error was thrown");
    std::abort();
}

} // namespace test
