// SPDX-License-Identifier: BSL-1.0
// A prepared statement and one execution of it.
#pragma once

#include <cairn/describe/cell.hpp>
#include <cairn/encode/limits.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <sqlite3.h>
#include <utility>

namespace cairn::inline v0::detail::sql {

/// Owns a prepared statement; empty until it is first used.
class statement {
public:
    statement() = default;
    explicit statement(sqlite3_stmt* handle) : handle_{handle} {}
    statement(statement&& other) noexcept : handle_{std::exchange(other.handle_, nullptr)} {}
    statement& operator=(statement&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~statement() { sqlite3_finalize(handle_); }

    [[nodiscard]] sqlite3_stmt* get() const { return handle_; }
    explicit operator bool() const { return handle_ != nullptr; }

private:
    sqlite3_stmt* handle_ = nullptr;
};

/// A natural number above the largest signed one: eight bytes, big-endian, which SQLite orders
/// after every integer.
[[nodiscard]] inline int bind_large(sqlite3_stmt* to, int place, std::uint64_t value)
{
    unsigned char raw[8];
    for (int i = 0; i < 8; ++i) raw[i] = static_cast<unsigned char>(value >> (56 - 8 * i));
    return sqlite3_bind_blob(to, place, raw, sizeof raw, SQLITE_TRANSIENT);
}

/// A null pointer would be bound as NULL, so what is empty needs an address of its own.
[[nodiscard]] inline char const* address_of(char const* data)
{
    return data != nullptr ? data : "";
}

/// How much of a value is bound. No stored value is longer than a record, so one byte more
/// decides every comparison with them, and a key of any length is just absent.
inline constexpr std::size_t most_bound = decode_limits{}.record_bytes + 1;

[[nodiscard]] inline int bind_cell(sqlite3_stmt* to, int place, cell const& value)
{
    auto const size = std::min(value.size, most_bound);
    switch (value.kind) {
    case cell::tag::null: return sqlite3_bind_null(to, place);
    case cell::tag::integer: return sqlite3_bind_int64(to, place, value.as_integer());
    case cell::tag::natural:
        if (value.bits >> 63 != 0) return bind_large(to, place, value.bits);
        return sqlite3_bind_int64(to, place, value.as_integer());
    case cell::tag::real: return sqlite3_bind_double(to, place, value.as_real());
    case cell::tag::text:
        return sqlite3_bind_text64(
            to, place, address_of(value.data), size, SQLITE_STATIC, SQLITE_UTF8);
    case cell::tag::bytes:
        return sqlite3_bind_blob64(to, place, address_of(value.data), size, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

[[nodiscard]] inline int bind_bytes(sqlite3_stmt* to, int place, std::span<std::byte const> value)
{
    return bind_cell(to, place, cell::of_bytes(value));
}

/// The bytes of a text or blob as they lie in the row. `sqlite3_column_text` would copy a text
/// that is not followed by a NUL.
[[nodiscard]] inline cell varying_cell(sqlite3_stmt* from, int place, cell::tag kind)
{
    auto const* data = static_cast<char const*>(sqlite3_column_blob(from, place));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(from, place));
    return {kind, 0, address_of(data), size};
}

/// A blob in the column of a natural number; another length stays a blob, which no decoder of
/// a number accepts.
[[nodiscard]] inline cell large_cell(cell const& blob)
{
    if (blob.size != 8 || (static_cast<unsigned char>(blob.data[0]) & 0x80) == 0) return blob;
    auto value = std::uint64_t{0};
    for (char const byte : blob.as_text()) value = value << 8 | static_cast<unsigned char>(byte);
    return cell::of(value);
}

/// The value of a column as a cell of the kind that its type has. Where the file holds another
/// kind, so does the cell, and whoever decodes it finds the damage.
[[nodiscard]] inline cell column_cell(sqlite3_stmt* from, int place, column_type type)
{
    auto const natural = type.kind == scalar::natural;
    switch (sqlite3_column_type(from, place)) {
    case SQLITE_INTEGER: {
        auto const value = sqlite3_column_int64(from, place);
        if (natural && value >= 0) return cell::of(static_cast<std::uint64_t>(value));
        return cell::of(std::int64_t{value});
    }
    case SQLITE_FLOAT: return cell::of(sqlite3_column_double(from, place));
    case SQLITE_TEXT: return varying_cell(from, place, cell::tag::text);
    case SQLITE_BLOB: {
        auto const blob = varying_cell(from, place, cell::tag::bytes);
        return natural ? large_cell(blob) : blob;
    }
    default: return cell::null();
    }
}

} // namespace cairn::inline v0::detail::sql
