// SPDX-License-Identifier: BSL-1.0
// A model as data: what a backend does to a record without knowing its type.
#pragma once

#include <cairn/base/function_ref.hpp>
#include <cairn/encode/record.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace cairn::inline v0 {

/// The few functions of a model that depend on its members, by address, so that everything around
/// them is compiled once and not for every model. A `void*` is a record of the model.
struct record_type {
    using use_record = detail::function_ref<void(void*)>;

    shape const* model;
    void (*to_columns)(void const* record, cell* out);
    void (*to_key)(void const* record, cell* out);
    void (*write_members)(void const* record, detail::writer& out);
    void (*read_members)(detail::reader& in, void* record);
    std::size_t size;
    std::size_t alignment;
    void (*make)(void* at);             ///< a record as its defaults make it, into raw memory
    void (*move)(void* from, void* to); ///< the same out of another, which stays
    void (*end)(void* record);          ///< destroys it
    /// Calls a function with a copy that lives as long as the call; null if no column is
    /// floating-point.
    void (*with_copy)(void const* record, use_record use);
    /// `record_codec::normalize`; null if no column is floating-point.
    void (*normalize)(void* record);
};

namespace detail {

/// The functions behind `record_type_of<Model>`.
template <class Model>
struct record_functions {
    using codec = record_codec<Model>;
    static Model const& of(void const* record) { return *static_cast<Model const*>(record); }

    static void to_columns(void const* record, cell* out) { codec::to_columns(of(record), out); }
    static void to_key(void const* record, cell* out) { codec::to_key(of(record), out); }
    static void write_members(void const* record, writer& out)
    {
        codec::write_members(of(record), out);
    }
    static void read_members(reader& in, void* record)
    {
        codec::read_members(in, *static_cast<Model*>(record));
    }
    static void make(void* at) { ::new (at) Model{}; }
    static void move(void* from, void* to)
    {
        ::new (to) Model(std::move(*static_cast<Model*>(from)));
    }
    static void end(void* record) { static_cast<Model*>(record)->~Model(); }
    static void with_copy(void const* record, record_type::use_record use)
    {
        auto copy = of(record);
        use(&copy);
    }
    static void normalize(void* record) { codec::normalize(*static_cast<Model*>(record)); }

    static constexpr bool has_reals = has_real_column(shape_of<Model>);

    static constexpr auto copy_or_null()
    {
        decltype(record_type::with_copy) function = nullptr;
        if constexpr (has_reals) function = with_copy;
        return function;
    }
    static constexpr auto normalize_or_null()
    {
        decltype(record_type::normalize) function = nullptr;
        if constexpr (has_reals) function = normalize;
        return function;
    }
};

} // namespace detail

/// The functions of one model.
template <class Model>
inline constexpr record_type record_type_of = {
    &shape_of<Model>,
    detail::record_functions<Model>::to_columns,
    detail::record_functions<Model>::to_key,
    detail::record_functions<Model>::write_members,
    detail::record_functions<Model>::read_members,
    sizeof(Model),
    alignof(Model),
    detail::record_functions<Model>::make,
    detail::record_functions<Model>::move,
    detail::record_functions<Model>::end,
    detail::record_functions<Model>::copy_or_null(),
    detail::record_functions<Model>::normalize_or_null(),
};

/// `record_codec::encode` of a model without its type.
void encode_record(
    record_type const& type, void const* record, byte_buffer& out,
    decode_limits const& limits = {});

/// `record_codec::decode` of a model without its type.
void decode_record(
    record_type const& type, cells columns_of_record, std::span<std::byte const> body, void* record,
    decode_limits const& limits = {});

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/encode/record_type.ipp>
#endif
