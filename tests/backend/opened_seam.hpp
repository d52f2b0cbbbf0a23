// SPDX-License-Identifier: BSL-1.0
// A database of any backend, used through the seam alone, for the laws of the typed table.
#pragma once

#include "../support/backends.hpp"
#include "../support/record_image.hpp"

#include <cairn/backend/seam.hpp>
#include <cairn/describe/schema.hpp>
#include <cairn/encode/ordered.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace test {

inline constexpr auto everything_at_once = std::numeric_limits<std::size_t>::max();

/// Asks a question in words: `asking<task>{}.by("queue").equal({cell::of(...)}).backward()`.
template <class Model>
class asking {
    static constexpr auto const& model = cairn::shape_of<Model>;

public:
    operator cairn::question const&() const { return asked_; } // NOLINT: it is one

    asking& by(std::string_view index)
    {
        asked_.order = cairn::ordering::index;
        while (model.indexes[asked_.index].name != index) ++asked_.index;
        return *this;
    }
    asking& by_key()
    {
        asked_.order = cairn::ordering::key;
        return *this;
    }
    asking& equal(std::initializer_list<cairn::cell> values)
    {
        for (auto const& value : values) {
            append(asked_.equal, value, asked_.equal_columns);
            ++asked_.equal_columns;
        }
        return *this;
    }
    asking& from(cairn::cell const& value) { return lower(value, true); }
    asking& above(cairn::cell const& value) { return lower(value, false); }
    asking& through(cairn::cell const& value) { return upper(value, true); }
    asking& until(cairn::cell const& value) { return upper(value, false); }
    asking& backward()
    {
        asked_.reversed = !asked_.reversed;
        return *this;
    }

private:
    void append(std::string& out, cairn::cell const& value, std::size_t column) const
    {
        auto const members = asked_.order == cairn::ordering::key
            ? model.key.columns()
            : model.indexes[asked_.index].columns();
        cairn::append_ordered(out, value, model.members[members[column]].type);
    }
    asking& lower(cairn::cell const& value, bool inclusive)
    {
        auto limit = cairn::bound{{}, inclusive};
        append(limit.value, value, asked_.equal_columns);
        asked_.lower = limit;
        return *this;
    }
    asking& upper(cairn::cell const& value, bool inclusive)
    {
        auto limit = cairn::bound{{}, inclusive};
        append(limit.value, value, asked_.equal_columns);
        asked_.upper = limit;
        return *this;
    }

    cairn::question asked_{};
};

/// A database with the tables of `everything`.
template <class Backend>
class opened_seam {
public:
    using session = typename Backend::session;

    template <class Model>
    auto table()
    {
        constexpr auto ordinal = cairn::ordinal_in<everything, Model>;
        return typename Backend::template table<Model>{database_, ordinal};
    }

    session& writer() { return database_.writer(); }

    /// Runs `fn(session)` in a transaction that is committed unless it throws.
    template <class Function>
    auto write(Function const& fn)
    {
        auto& s = writer();
        s.begin();
        try {
            if constexpr (std::is_void_v<decltype(fn(s))>) {
                fn(s);
                s.commit();
            } else {
                auto result = fn(s);
                s.commit();
                return result;
            }
        } catch (...) {
            s.rollback();
            throw;
        }
        database_.after_commit();
    }

    /// Runs `fn(session)` on a snapshot.
    template <class Function>
    auto read(Function const& fn)
    {
        auto&& lease = database_.read();
        return fn(lease.session());
    }

    /// Everything that can be seen of a session: each table in each of its orders, both ways.
    static std::vector<std::string> contents(opened_seam& db, session& s)
    {
        auto lines = std::vector<std::string>{};
        db.template add_table<account>(lines, s);
        db.template add_table<task>(lines, s);
        db.template add_table<certificate>(lines, s);
        db.template add_table<metadata>(lines, s);
        db.template add_table<reading>(lines, s);
        db.template add_table<entry>(lines, s);
        db.template add_table<pair>(lines, s);
        db.template add_table<block>(lines, s);
        return lines;
    }
    std::vector<std::string> contents()
    {
        return read([&](session& s) { return contents(*this, s); });
    }

    /// Inserts each record in a transaction of its own; all of them must be new.
    template <class Model>
    void add(std::vector<Model> const& records)
    {
        auto t = table<Model>();
        for (auto const& record : records)
            REQUIRE(write([&](session& s) { return t.insert(s, record); }));
    }

    template <class Model>
    std::vector<Model> all(cairn::question const& q)
    {
        auto t = table<Model>();
        return read([&](session& s) {
            return t.fetch(s, q, nullptr, everything_at_once, nullptr).records;
        });
    }

private:
    template <class Model>
    void add_table(std::vector<std::string>& lines, session& s)
    {
        constexpr auto const& model = cairn::shape_of<Model>;
        add_order<Model>(lines, s, cairn::question{});
        add_order<Model>(lines, s, asking<Model>{}.by_key());
        for (auto const& index : model.indexes)
            add_order<Model>(lines, s, asking<Model>{}.by(index.name));
    }

    template <class Model>
    void add_order(std::vector<std::string>& lines, session& s, cairn::question q)
    {
        auto t = table<Model>();
        auto const name = std::string{cairn::shape_of<Model>.name} + '/'
            + std::to_string(static_cast<int>(q.order)) + '/' + std::to_string(q.index);
        lines.push_back(name + " count " + std::to_string(t.count(s, q)));
        for (auto const reversed : {false, true}) {
            q.reversed = reversed;
            auto const page = t.fetch(s, q, nullptr, everything_at_once, nullptr);
            for (std::size_t i = 0; i != page.records.size(); ++i)
                lines.push_back(
                    name + ' ' + std::to_string(page.sequences[i]) + ' ' + image(page.records[i]));
        }
    }

    place<Backend> place_{};
    typename Backend::database database_{place_.options(), cairn::shapes_of<everything>};
};

/// The cells of a key, for the models of the tests.
inline cairn::cell text_cell(std::string_view value)
{
    return cairn::cell::of(value);
}
inline cairn::cell natural_cell(std::uint64_t value)
{
    return cairn::cell::of(value);
}
inline cairn::cell integer_cell(std::int64_t value)
{
    return cairn::cell::of(value);
}
inline cairn::cell status_cell(task_status value)
{
    return cairn::cell::of(static_cast<std::uint64_t>(value));
}
inline cairn::cell time_cell(std::int64_t nanoseconds)
{
    return cairn::cell::of(nanoseconds);
}

/// A key of up to three cells, as `find` takes it.
class key {
public:
    key(std::initializer_list<cairn::cell> fields) : fields_{fields} {}
    operator cairn::cells() const { return fields_; } // NOLINT: it is one

private:
    std::vector<cairn::cell> fields_;
};

} // namespace test
