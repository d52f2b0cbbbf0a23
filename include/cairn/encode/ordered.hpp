// SPDX-License-Identifier: BSL-1.0
// Column values as bytes whose order under memcmp is the order of the values.
#pragma once

#include <cairn/base/config.hpp>
#include <cairn/describe/cell.hpp>

#include <string>
#include <string_view>

// The bytes of each type (described in docs/design.md, frozen in tests/golden/ordered.txt):
//   boolean            1 byte, 00 or 01
//   integer            big-endian by width, sign bit flipped
//   natural            big-endian by width
//   real               8 bytes: the bits of a double, all flipped if negative, else the sign bit
//   bytes, fixed       as they are
//   text, bytes        00 becomes 00 FF; the end is 00 01
//   nullable           00 for null, 01 before a value
// So every encoding is injective, preserves order, and none is a prefix of another one of its type:
// encodings of several columns may follow one another.

namespace cairn::inline v0 {

namespace detail {

/// The tag that a cell of this kind of column has.
constexpr cell::tag tag_of(scalar kind)
{
    switch (kind) {
    case scalar::boolean:
    case scalar::integer: return cell::tag::integer;
    case scalar::natural: return cell::tag::natural;
    case scalar::real: return cell::tag::real;
    case scalar::text: return cell::tag::text;
    case scalar::bytes: return cell::tag::bytes;
    case scalar::none: break;
    }
    return cell::tag::null;
}

} // namespace detail

/// Appends `value` in the ordered encoding of `type`.
///
/// @errors     `invalid_argument` if the value is not one of the column's type: another kind, out
///             of the range of its width, NaN, null where the column is not nullable.
/// @guarantee  After such an error `out` is as it was.
void append_ordered(std::string& out, cell const& value, column_type type);

/// Takes one value of `type` from the front of `in`.
///
/// The cell views the input, or `scratch` where an escape had to be undone. Cells read with the
/// same scratch stay valid while `in`'s bytes live, they came from one input, and the scratch was
/// empty before the first of them.
///
/// @errors     `invalid_argument` if no value of the column's type begins there.
[[nodiscard]] cell read_ordered(std::string_view& in, column_type type, std::string& scratch);

} // namespace cairn::inline v0

#if CAIRN_DEFINITIONS
#include <cairn/encode/ordered.ipp>
#endif
