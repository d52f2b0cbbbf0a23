// SPDX-License-Identifier: BSL-1.0
// Going around damaged records, which are left as they are.
#pragma once

#include <cairn/cairn.hpp>
#include <cairn/describe/key_path.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace common {

/// Names a damaged record in the log, the first time it is met.
void report_damaged(std::string const& record, std::string_view reason);

/// The same, for `tolerate`.
inline void report_damage(cairn::corrupt_record const& fault)
{
    report_damaged(fault.key(), fault.what());
}

/// Whether one record is what cannot be read. Its table is of this program's version: a record that
/// says otherwise is damaged.
[[nodiscard]] inline bool is_damage(cairn::error const& fault)
{
    using enum cairn::errc;
    return fault.code() == corrupt_record || fault.code() == newer_version
        || fault.code() == schema_mismatch;
}

/// The record, if it is there and whole. A damaged one is reported, and `contains` says that it is
/// there.
template <class Repository, class Key>
auto find_whole(Repository const& in, Key const& key) -> decltype(in.find(key))
{
    using model = typename decltype(in.find(key))::value_type;
    try {
        return in.find(key);
    } catch (cairn::error const& fault) {
        if (!is_damage(fault)) throw;
        auto const name = cairn::key_path(cairn::shape_of<model>, cairn::make_key<model>(key));
        report_damaged(name, fault.what());
        return std::nullopt;
    }
}

} // namespace common
