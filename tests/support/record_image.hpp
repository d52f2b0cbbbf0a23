// SPDX-License-Identifier: BSL-1.0
// A record as one byte string, to compare and to print.
#pragma once

#include <cairn/encode/buffer.hpp>
#include <cairn/encode/ordered.hpp>
#include <cairn/encode/record.hpp>

#include <cstddef>
#include <string>

namespace test {

/// All of a record as bytes: its columns and its body.
template <class Model>
std::string image(Model const& record)
{
    constexpr auto const& model = cairn::shape_of<Model>;
    cairn::cell columns[model.columns.size() + 1];
    cairn::record_codec<Model>::to_columns(record, columns);
    auto bytes = std::string{};
    for (std::size_t i = 0; i != model.columns.size(); ++i)
        cairn::append_ordered(bytes, columns[i], model.members[model.columns[i]].type);
    auto body = cairn::byte_buffer{};
    cairn::record_codec<Model>::encode(record, body);
    auto const raw = body.view();
    return bytes.append(reinterpret_cast<char const*>(raw.data()), raw.size());
}

} // namespace test
