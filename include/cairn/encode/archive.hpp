// SPDX-License-Identifier: BSL-1.0
// The one door to cereal: bounded archives, for types that bring their own cereal functions.
#pragma once

#include <cairn/encode/read.hpp>
#include <cairn/encode/write.hpp>

#include <cereal/cereal.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

namespace cairn::inline v0 {

namespace detail {

template <class T, template <class> class Template>
inline constexpr bool is_wrapped = false;
template <template <class> class Template, class T>
inline constexpr bool is_wrapped<Template<T>, Template> = true;

template <class T>
inline constexpr bool is_name_value = is_wrapped<T, cereal::NameValuePair>;
template <class T>
inline constexpr bool is_size_tag = is_wrapped<T, cereal::SizeTag>;
template <class T>
inline constexpr bool is_binary_data = is_wrapped<T, cereal::BinaryData>;

/// What cereal itself has to take apart: user types and its wrappers of base classes.
template <class T>
concept left_to_cereal = layout_of<T>
== layout::foreign;

} // namespace detail

/// The archive that a type's cereal functions write to, as part of a record's body.
///
/// Members of every type that a record can store are written in the library's own layout; cereal's
/// headers for standard types are not needed and, if included, not used.
class writer_archive : public cereal::OutputArchive<writer_archive> {
    using base = cereal::OutputArchive<writer_archive>;

public:
    explicit writer_archive(detail::writer& out) : base{this}, out_{out} {}

    template <class... Types>
    writer_archive& operator()(Types&&... values)
    {
        (write(values), ...);
        return *this;
    }
    template <class T>
    writer_archive& operator&(T&& value)
    {
        return write(value), *this;
    }
    template <class T>
    writer_archive& operator<<(T&& value)
    {
        return write(value), *this;
    }

    void saveBinary(void const* source, std::size_t size) { out_.bytes(source, size); }

private:
    template <class T>
    void write(T const& value)
    {
        if constexpr (detail::is_name_value<T>)
            write(value.value);
        else if constexpr (detail::is_size_tag<T>)
            out_.length(static_cast<std::size_t>(value.size), unknown_element);
        else if constexpr (detail::is_binary_data<T>)
            out_.bytes(value.data, static_cast<std::size_t>(value.size));
        else if constexpr (detail::left_to_cereal<T>)
            write_level(value);
        else
            detail::write_value(out_, value);
    }

    template <class T>
    void write_level(T const& value)
    {
        auto const level = detail::deeper{out_};
        base::operator()(value);
    }

    static constexpr std::size_t unknown_element = 64;

    detail::writer& out_;

    friend class reader_archive;
};

/// The archive that a type's cereal functions read from. Every length it gives them is within the
/// limits of a record.
class reader_archive : public cereal::InputArchive<reader_archive> {
    using base = cereal::InputArchive<reader_archive>;

public:
    explicit reader_archive(detail::reader& in) : base{this}, in_{in} {}

    template <class... Types>
    reader_archive& operator()(Types&&... values)
    {
        (read(values), ...);
        return *this;
    }
    template <class T>
    reader_archive& operator&(T&& value)
    {
        return read(value), *this;
    }
    template <class T>
    reader_archive& operator>>(T&& value)
    {
        return read(value), *this;
    }

    void loadBinary(void* target, std::size_t size)
    {
        if (size != 0) std::memcpy(target, in_.take(size), size);
    }

private:
    template <class T>
    void read(T& value)
    {
        if constexpr (detail::is_name_value<T>)
            read(value.value);
        else if constexpr (detail::is_size_tag<T>)
            read_size(value.size);
        else if constexpr (detail::is_binary_data<T>)
            loadBinary(value.data, static_cast<std::size_t>(value.size));
        else if constexpr (detail::left_to_cereal<T>)
            read_level(value);
        else
            detail::read_value(in_, value);
    }

    // Objects that hold one another are bounded in depth, also where no container lies between.
    template <class T>
    void read_level(T& value)
    {
        auto const level = detail::deeper{in_};
        base::operator()(value);
    }

    // The elements' size and least bytes are not known here: a length is believed only as far as
    // there are bytes, and cannot be used for elements of no bytes.
    template <class Size>
    void read_size(Size& size)
    {
        size = static_cast<Size>(in_.length(writer_archive::unknown_element, 1));
    }

    detail::reader& in_;
};

// What cereal itself hands to an archive: class versions, and the stand-ins of `save_minimal`.

template <class T>
    requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(writer_archive& archive, T const& value)
{
    archive(value);
}

template <class T>
    requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(reader_archive& archive, T& value)
{
    archive(value);
}

inline void CEREAL_SAVE_FUNCTION_NAME(writer_archive& archive, std::string const& value)
{
    archive(value);
}

inline void CEREAL_LOAD_FUNCTION_NAME(reader_archive& archive, std::string& value)
{
    archive(value);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(writer_archive& archive, cereal::NameValuePair<T> const& pair)
{
    archive(pair.value);
}

template <class T>
void CEREAL_LOAD_FUNCTION_NAME(reader_archive& archive, cereal::NameValuePair<T>& pair)
{
    archive(pair.value);
}

namespace detail {

template <class T>
inline constexpr bool has_cereal_functions =
    cereal::traits::is_output_serializable<T, writer_archive>::value&&
        cereal::traits::is_input_serializable<T, reader_archive>::value;

/// One archive for each object: what cereal remembers of one, such as that a class version was
/// written, does not reach into the next, and equal objects have equal bytes.
template <class T>
    requires has_cereal_functions<T>
struct foreign_codec<T> {
    static constexpr bool known = true;

    static void write(writer& out, T const& value)
    {
        try {
            auto archive = writer_archive{out};
            archive(value);
            archive.serializeDeferments();
        } catch (cereal::Exception const& e) {
            out.refuse_value(e.what());
        }
    }

    static void read(reader& in, T& value)
    {
        try {
            auto archive = reader_archive{in};
            archive(value);
            archive.serializeDeferments();
        } catch (cereal::Exception const& e) {
            in.fail(e.what());
        }
    }
};

} // namespace detail

} // namespace cairn::inline v0

CEREAL_SETUP_ARCHIVE_TRAITS(cairn::reader_archive, cairn::writer_archive)
