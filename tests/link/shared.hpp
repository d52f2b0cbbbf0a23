// SPDX-License-Identifier: BSL-1.0
// A schema that two translation units use: every public header, in both.
#pragma once

#include <cairn/any.hpp>
#include <cairn/cairn.hpp>
#include <cairn/cereal.hpp>
#include <cairn/json.hpp>
#include <cairn/memory.hpp>
#include <cairn/sqlite.hpp>

#include <cstdint>
#include <string>

struct parcel {
    std::string code;
    std::string city;
    std::int64_t weight = 0;
};
BOOST_HANA_ADAPT_STRUCT(parcel, code, city, weight);

template <>
inline constexpr auto cairn::descriptor<parcel> = cairn::entity<"parcel">(
    cairn::version<1>, cairn::key<"parcel:{code}">, cairn::index<"bound_for", "city", "weight">);

struct post_office : cairn::schema<parcel> {};
inline constexpr auto parcels = cairn::table<parcel>;

using memory_store = cairn::store<post_office, cairn::memory>;
using sqlite_store = cairn::store<post_office, cairn::sqlite>;
using any_store = cairn::store<post_office, cairn::any>;

// Defined in the other translation unit.
void send(memory_store& db, parcel const& what);
void send(sqlite_store& db, parcel const& what);
std::string as_json(parcel const& what);
