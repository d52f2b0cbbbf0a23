// SPDX-License-Identifier: BSL-1.0
// Opaque, versioned text that says where in a range a page ends.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/base/array_view.hpp>

#include <string>
#include <string_view>

namespace cairn::inline v0::detail {

/// A place in a range, and the direction in which the page goes on from there.
struct page_place {
    position at;
    bool backward = false;
};

/// The place of a record in the order of a question.
position position_of(
    shape const& s, question const& q, array_view<cell> columns, std::int64_t sequence);

/// What lies behind a sequence, in the order of insertion.
bound bound_above(std::int64_t sequence);
/// A bound of `scan()` at a number.
bound bound_at(std::int64_t sequence);

std::string make_token(shape const& s, question const& q, page_place const& place);

/// @errors `invalid_argument` if the text is no token, of another version, or of another range.
page_place read_token(shape const& s, question const& q, std::string_view token);

} // namespace cairn::inline v0::detail

#if CAIRN_DEFINITIONS
#include <cairn/store/page_token.ipp>
#endif
