// SPDX-License-Identifier: BSL-1.0
// A record of a described model as columns and a body, and back.
#pragma once

#include <cairn/encode/body.hpp>
#include <cairn/encode/buffer.hpp>
#include <cairn/encode/columns.hpp>
#include <cairn/encode/limits.hpp>
#include <cairn/encode/read.hpp>
#include <cairn/encode/write.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace cairn::inline v0 {

/// How records of a model become what a backend stores: a cell for each column, and a body.
///
/// The body holds every member, those that have a column too, and a checksum over them and the
/// model's name and version.
template <class Model>
struct record_codec : record_columns<Model> {
    /// Appends the record's body.
    ///
    /// @errors     `limit_exceeded` if it is larger than `limits`; `invalid_argument` for a value
    ///             that has no bytes (a variant without a value). What cereal functions of a member
    ///             throw passes through.
    /// @guarantee  Strong.
    static void encode(Model const& record, byte_buffer& out, decode_limits const& limits = {})
    {
        auto to = detail::writer{out, limits, shape_of<Model>.name};
        detail::write_header(to, shape_of<Model>);
        write_members(record, to);
        detail::finish_body(to, shape_of<Model>);
    }

    /// Throws what `encode` would throw; `scratch` may grow, and nothing stays in it.
    static void check_limits(
        Model const& record, byte_buffer& scratch, decode_limits const& limits = {})
    {
        auto to = detail::writer{scratch, limits, shape_of<Model>.name};
        detail::write_header(to, shape_of<Model>);
        put_members(record, to, members{});
        detail::drop_body(to);
    }

    /// Reads a record from its body. If columns are given they must be those of the record, and
    /// errors name its key by them.
    ///
    /// @errors     `corrupt_record` if the body is not, bit for bit, what was stored, or a column
    ///             differs; `schema_mismatch` or `newer_version` if it is of another version of
    ///             the model, `newer_version` if of another format; then nothing is decoded.
    /// @guarantee  Basic: after an error `record` holds some value.
    static void decode(
        cells columns_of_record, std::span<std::byte const> body, Model& record,
        decode_limits const& limits = {})
    {
        auto const found = detail::found_record{shape_of<Model>, columns_of_record};
        auto in = detail::reader{found.open(body), limits, found};
        read_members(in, record);
        in.finish();
        if (!columns_of_record.empty()) compare_columns(record, found);
    }

    /// The members alone, between header and checksum.
    static void write_members(Model const& record, detail::writer& out)
    {
        put_members(record, out, members{});
    }
    static void read_members(detail::reader& in, Model& record)
    {
        take_members(in, record, members{});
    }

private:
    using members = std::make_index_sequence<member_count<Model>>;

    template <std::size_t... I>
    static void put_members(Model const& record, detail::writer& out, std::index_sequence<I...>)
    {
        (put_member<detail::is_real_column(shape_of<Model>.members[I])>(out, get_member<I>(record)),
         ...);
    }

    /// What a column holds and what the body holds are the same value, zeros included.
    template <bool IsRealColumn, class T>
    static void put_member(detail::writer& out, T const& value)
    {
        if constexpr (IsRealColumn) {
            auto normal = value;
            detail::drop_negative_zero(normal);
            detail::write_value(out, normal);
        } else {
            detail::write_value(out, value);
        }
    }

    template <std::size_t... I>
    static void take_members(detail::reader& in, Model& record, std::index_sequence<I...>)
    {
        (detail::read_value(in, get_member<I>(record)), ...);
    }

    static void compare_columns(Model const& record, detail::found_record const& found)
    {
        std::array<cell, record_columns<Model>::columns> own;
        record_columns<Model>::to_columns(record, own.data());
        found.compare(own);
    }
};

} // namespace cairn::inline v0
