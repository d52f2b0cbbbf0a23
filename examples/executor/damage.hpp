// SPDX-License-Identifier: BSL-1.0
// Going around damaged records, which are left as they are.
#pragma once

#include <cairn/cairn.hpp>

#include <optional>

namespace executor {

/// Names a damaged record in the log, the first time it is met.
void report_damage(cairn::corrupt_record const& fault);

/// The record, if it is there and whole. A damaged one is reported, and `contains` says that it is
/// there.
template <class Repository, class Key>
auto find_whole(Repository const& in, Key const& key) -> decltype(in.find(key))
{
    try {
        return in.find(key);
    } catch (cairn::corrupt_record const& fault) {
        report_damage(fault);
        return std::nullopt;
    }
}

} // namespace executor
