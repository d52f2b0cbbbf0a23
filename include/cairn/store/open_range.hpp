// SPDX-License-Identifier: BSL-1.0
// A range whose next column can still be bounded, and how `by` and `prefix` ask their questions.
#pragma once

#include <cairn/base/array_view.hpp>
#include <cairn/describe/key.hpp>
#include <cairn/describe/schema.hpp>
#include <cairn/store/range.hpp>
#include <cairn/store/stand_in.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

/// `Index` is an ordinal in `shape::indexes`, or `by_key`.
template <class Model, std::size_t Index>
constexpr array_view<std::uint8_t> columns_of_order()
{
    if constexpr (Index == by_key)
        return shape_of<Model>.key.columns();
    else
        return shape_of<Model>.indexes[Index].columns();
}

} // namespace detail

/// A range over an index or the key with its first `Equal` columns fixed. The next column may be
/// bounded, once from below and once from above; a bound never admits an absent value.
template <class Model, bool Writable, std::size_t Index, std::size_t Equal>
class open_range : public basic_range<Model, Writable> {
    using base = basic_range<Model, Writable>;

public:
    using base::base;

    /// At or above `value`. The range includes it.
    template <class Value>
    [[nodiscard]] open_range from(Value const& value) const
    {
        return bounded(&question::lower, value, true);
    }
    /// Above `value`.
    template <class Value>
    [[nodiscard]] open_range above(Value const& value) const
    {
        return bounded(&question::lower, value, false);
    }
    /// Below `value`: with `from`, a half-open interval.
    template <class Value>
    [[nodiscard]] open_range until(Value const& value) const
    {
        return bounded(&question::upper, value, false);
    }
    /// Below `value`: the same as `until`, as it reads for times.
    template <class Value>
    [[nodiscard]] open_range before(Value const& value) const
    {
        return bounded(&question::upper, value, false);
    }
    /// At or below `value`.
    template <class Value>
    [[nodiscard]] open_range through(Value const& value) const
    {
        return bounded(&question::upper, value, true);
    }

private:
    template <class Value>
    [[nodiscard]] open_range bounded(
        std::optional<bound> question::*end, Value const& value, bool inclusive) const
    {
        constexpr auto columns = detail::columns_of_order<Model, Index>();
        static_assert(
            Equal < columns.size(),
            "cairn::range: every column of this index is fixed, there is none left to bound: "
            "give `by` or `prefix` fewer values");
        if constexpr (Equal < columns.size()) {
            constexpr std::size_t m = columns[Equal];
            return open_range{base::core().bounded(end, make_value<Model, m>(value), m, inclusive)};
        } else {
            return *this;
        }
    }
};

namespace detail {

template <class Index>
inline constexpr bool is_index_name = false;
template <fixed_string Name>
inline constexpr bool is_index_name<by_name<Name>> = true;

template <class Model, bool Writable, class Index, class... Equal>
auto ask_index(table_handle handle, Index, Equal const&... equal)
{
    static_assert(
        is_index_name<Index>,
        "cairn::by: this is no name of an index: write by(\"name\"_by, ...), and before it using "
        "namespace cairn::literals");
    if constexpr (!is_index_name<Index>) {
        return range_stand_in<Model>{};
    } else if constexpr (!checked_index<Model, Index>::sound) {
        return range_stand_in<Model>{};
    } else {
        using index = checked_index<Model, Index>;
        constexpr auto ordinal = index::ordinal;
        auto const values = make_index_row<Model, ordinal>(equal...);
        return open_range<Model, Writable, ordinal, sizeof...(Equal)>{
            handle, ordinal, values.view()};
    }
}

template <class Model, bool Writable, class... Equal>
auto ask_key(table_handle handle, Equal const&... equal)
{
    auto const values = make_prefix<Model>(equal...);
    return open_range<Model, Writable, by_key, sizeof...(Equal)>{handle, by_key, values.view()};
}

/// What a store or transaction gives for a model of its schema; for any other, once the error is
/// reported, a stand-in.
template <class Repository, class Schema, class Model>
auto repository_in(store_core& core, scope_id where)
{
    using place = checked_member<Schema, Model>;
    if constexpr (place::sound)
        return Repository{table_handle{&core, where, &core.table(place::ordinal)}};
    else
        return repository_stand_in<Model>{};
}

} // namespace detail

} // namespace cairn::inline v0
