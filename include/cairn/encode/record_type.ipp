// SPDX-License-Identifier: BSL-1.0
// A record's body, of any model.
#pragma once

#include <cairn/encode/record_type.hpp>

namespace cairn::inline v0 {

CAIRN_INLINE void encode_record(
    record_type const& type, void const* record, byte_buffer& out, decode_limits const& limits)
{
    auto to = detail::writer{out, limits, type.model->name};
    detail::write_header(to, *type.model);
    type.write_members(record, to);
    detail::finish_body(to, *type.model);
}

CAIRN_INLINE void decode_record(
    record_type const& type, cells columns_of_record, std::span<std::byte const> body, void* record,
    decode_limits const& limits)
{
    auto const found = detail::found_record{*type.model, columns_of_record};
    auto in = detail::reader{found.open(body), limits, found};
    type.read_members(in, record);
    in.finish();
    if (columns_of_record.empty()) return;
    auto own = std::vector<cell>(type.model->columns.size());
    type.to_columns(record, own.data());
    found.compare(own);
}

} // namespace cairn::inline v0
