// SPDX-License-Identifier: BSL-1.0
// The type of a member in words, the same on every machine, so that a file explains itself.
#pragma once

#include <cairn/describe/enum_names.hpp>
#include <cairn/describe/stored_type.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cairn::inline v0::detail {

/// Appends text to a buffer, or only counts it if there is none.
struct text_writer {
    char* out = nullptr;
    std::size_t size = 0;
    bool writes = false; // not `out != nullptr`: no constant under -fsanitize=undefined of g++

    constexpr text_writer() = default;
    constexpr explicit text_writer(char* to) : out{to}, writes{true} {}

    constexpr void add(char c)
    {
        if (writes) out[size] = c;
        ++size;
    }
    constexpr void add(std::string_view text)
    {
        if (out != nullptr) text.copy(out + size, text.size());
        size += text.size();
    }
    constexpr void number(std::uint64_t value)
    {
        std::array<char, 20> digits{};
        std::size_t n = 0;
        do {
            digits[n++] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
        while (n > 0) add(digits[--n]);
    }
    constexpr void number(std::int64_t value)
    {
        if (value < 0) add('-');
        auto const bits = static_cast<std::uint64_t>(value);
        number(value < 0 ? 0 - bits : bits);
    }
    /// Anything but letters, digits and . _ ~ - becomes %XX, so that no name ends a list.
    constexpr void name(std::string_view text)
    {
        constexpr std::string_view hex = "0123456789ABCDEF";
        for (char const c : text) {
            bool const plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '~' || c == '-';
            if (plain) {
                add(c);
                continue;
            }
            auto const byte = static_cast<unsigned char>(c);
            add('%');
            add(hex[byte / 16]);
            add(hex[byte % 16]);
        }
    }
};

template <class T>
struct chrono_text {
    static constexpr bool known = false;
};

template <class Ticks, class Period>
struct chrono_text<std::chrono::duration<Ticks, Period>> {
    static constexpr bool known = true;
    using ticks = Ticks;
    using period = Period;
    static constexpr std::string_view name = "duration";
};

template <class Clock, class Duration>
struct chrono_text<std::chrono::time_point<Clock, Duration>> : chrono_text<Duration> {
    static constexpr std::string_view name = std::same_as<Clock, std::chrono::system_clock>
        ? "time"
        : "clock_time";
};

constexpr void write_number(text_writer& out, char kind, std::uint32_t width)
{
    out.add(kind);
    out.number(std::uint64_t{8 * width});
}

template <class T>
constexpr void write_column(text_writer& out)
{
    constexpr auto type = column_type_of<T>;
    switch (type.kind) {
    case scalar::none: break;
    case scalar::boolean: out.add("bool"); break;
    case scalar::integer: write_number(out, 'i', type.width); break;
    case scalar::natural: write_number(out, 'u', type.width); break;
    case scalar::real: write_number(out, 'f', type.width); break;
    case scalar::text: out.add("string"); break;
    case scalar::bytes:
        out.add("bytes");
        if (type.width != 0) out.number(std::uint64_t{type.width});
        break;
    }
}

/// "time:i64/1000000000": a count of that many parts of a second.
template <class T>
constexpr void write_chrono(text_writer& out)
{
    using text = chrono_text<T>;
    out.add(text::name);
    out.add(':');
    write_column<typename text::ticks>(out);
    if (text::period::num != 1) {
        out.add('*');
        out.number(std::int64_t{text::period::num});
    }
    if (text::period::den != 1) {
        out.add('/');
        out.number(std::int64_t{text::period::den});
    }
}

template <class T>
constexpr void write_enum(text_writer& out)
{
    constexpr bool natural = column_type_of<T>.kind == scalar::natural;
    out.add("enum:");
    write_number(out, natural ? 'u' : 'i', column_type_of<T>.width);
    out.add('{');
    std::string_view between{};
    for (auto const& named : enum_names<T>.view()) {
        out.add(std::exchange(between, ","));
        out.name(named.name);
        out.add('=');
        if (natural)
            out.number(static_cast<std::uint64_t>(named.value));
        else
            out.number(named.value);
    }
    out.add('}');
}

template <class T>
constexpr void write_type(text_writer& out);

template <class... Parts>
constexpr void write_parts(text_writer& out, type_list<Parts...>)
{
    [[maybe_unused]] std::string_view between{};
    ((out.add(std::exchange(between, ",")), write_type<Parts>(out)), ...);
}

template <class T, std::size_t... I>
constexpr void write_struct(text_writer& out, std::index_sequence<I...>)
{
    [[maybe_unused]] std::string_view between{};
    out.add('{');
    ((out.add(std::exchange(between, ",")), out.add(member_name<T, I>), out.add(':'),
      write_type<member_type<T, I>>(out)),
     ...);
    out.add('}');
}

template <class T>
constexpr void write_composite(text_writer& out)
{
    out.add(composite<T>::name);
    if (composite<T>::extent != 0) out.number(std::uint64_t{composite<T>::extent});
    out.add('<');
    write_parts(out, typename composite<T>::parts{});
    out.add('>');
}

template <class T>
constexpr void write_foreign(text_writer& out)
{
    out.add("cereal:");
    out.name(foreign<T>.name);
    out.add('@');
    out.number(std::uint64_t{foreign<T>.version});
}

/// Writes the text of a type that can be stored.
template <class T>
constexpr void write_type(text_writer& out)
{
    if constexpr (column_type_of<T>.nullable)
        write_composite<T>(out);
    else if constexpr (std::is_enum_v<T> && !std::same_as<T, std::byte>)
        write_enum<T>(out);
    else if constexpr (chrono_text<T>::known)
        write_chrono<T>(out);
    else if constexpr (column_value<T>)
        write_column<T>(out);
    else if constexpr (std::same_as<T, std::monostate>)
        out.add("nothing");
    else if constexpr (reflected<T>)
        write_struct<T>(out, std::make_index_sequence<member_count<T>>{});
    else if constexpr (composite<T>::known && !own_format<T>)
        write_composite<T>(out);
    else
        write_foreign<T>(out);
}

} // namespace cairn::inline v0::detail
