// SPDX-License-Identifier: BSL-1.0
// The columns and the key of a record, as cells.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/describe/column.hpp>
#include <cairn/describe/reflect.hpp>
#include <cairn/describe/shape_of.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

constexpr bool is_real_column(member_shape const& member)
{
    return member.column && member.type.kind == scalar::real;
}

constexpr bool has_real_column(shape const& model)
{
    for (auto const& member : model.members)
        if (is_real_column(member)) return true;
    return false;
}

/// Refuses NaN in a column of a record.
void refuse_nan(shape const& model, cells columns);

template <class T>
void drop_negative_zero(T& value)
{
    if (value == T{0}) value = T{0};
}

template <class T>
void drop_negative_zero(std::optional<T>& value)
{
    if (value) drop_negative_zero(*value);
}

} // namespace detail

/// What a backend without bodies needs of a model: the cells of a record's columns, those of
/// `shape::columns` in that order, and of its key.
template <class Model>
struct record_columns {
    static constexpr std::size_t columns = shape_of<Model>.columns.size();
    static constexpr std::size_t key_fields = shape_of<Model>.key.size;

    /// Fills `columns` cells, which point into the record.
    static void to_columns(Model const& record, cell* out)
    {
        fill_columns(record, out, std::make_index_sequence<columns>{});
    }

    /// Fills `key_fields` cells in the order of the key schema, which point into the record.
    static void to_key(Model const& record, cell* out)
    {
        fill_key(record, out, std::make_index_sequence<key_fields>{});
    }

    /// @errors  `invalid_argument` if a column is NaN; `index()` names the member.
    static void check([[maybe_unused]] Model const& record)
    {
        if constexpr (detail::has_real_column(shape_of<Model>)) {
            std::array<cell, columns> values;
            to_columns(record, values.data());
            detail::refuse_nan(shape_of<Model>, values);
        }
    }

    /// Replaces -0.0 in columns by +0.0, which is what is stored and compared.
    static void normalize([[maybe_unused]] Model& record)
    {
        if constexpr (detail::has_real_column(shape_of<Model>))
            normalize_members(record, std::make_index_sequence<member_count<Model>>{});
    }

private:
    template <std::size_t... K>
    static void fill_columns(
        Model const& record, [[maybe_unused]] cell* out, std::index_sequence<K...>)
    {
        ((out[K] = to_cell(get_member<shape_of<Model>.columns[K]>(record))), ...);
    }

    template <std::size_t... K>
    static void fill_key(Model const& record, [[maybe_unused]] cell* out, std::index_sequence<K...>)
    {
        ((out[K] = to_cell(get_member<shape_of<Model>.key.members[K]>(record))), ...);
    }

    template <std::size_t... I>
    static void normalize_members(Model& record, std::index_sequence<I...>)
    {
        (normalize_member<detail::is_real_column(shape_of<Model>.members[I])>(
             get_member<I>(record)),
         ...);
    }

    template <bool IsRealColumn, class T>
    static void normalize_member([[maybe_unused]] T& value)
    {
        if constexpr (IsRealColumn) detail::drop_negative_zero(value);
    }
};

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/encode/columns.ipp>
#endif
