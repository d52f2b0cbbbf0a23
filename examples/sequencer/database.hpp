// SPDX-License-Identifier: BSL-1.0
// The sequencer's store, whose backend is chosen when it is opened.
#pragma once

#include "models.hpp"

#include <cairn/any.hpp>

#include <chrono>
#include <optional>

namespace sequencer {

using database = cairn::store<schema, cairn::any>;
using transaction = database::transaction;
using snapshot = database::snapshot;

/// The moment that records are stamped with.
inline cairn::timestamp current_time()
{
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

/// For `tolerate`: damaged rows are left out, and nobody has to hear of them.
struct leave_out {
    void operator()(cairn::corrupt_record const&) const {}
};

/// What there is of one key.
template <class Model>
struct found_row {
    std::optional<Model> whole{};
    bool is_damaged = false; ///< it is there, and cannot be read
};

/// `find`, for where a damaged row must not be the end.
template <template <class> class Records, class Model, class... Key>
found_row<Model> look_up(Records<Model> const& in, Key const&... key)
{
    auto found = found_row<Model>{};
    found.whole = in.prefix(key...)
                      .tolerate([&](cairn::corrupt_record const&) { found.is_damaged = true; })
                      .first();
    return found;
}

/// `look_up` for the one record of a model.
template <template <class> class Records, class Model>
found_row<Model> look_up_only(Records<Model> const& in)
{
    auto found = found_row<Model>{};
    found.whole =
        in.scan().tolerate([&](cairn::corrupt_record const&) { found.is_damaged = true; }).first();
    return found;
}

} // namespace sequencer
