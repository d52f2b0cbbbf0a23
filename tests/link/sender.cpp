// SPDX-License-Identifier: BSL-1.0
// The second translation unit: it instantiates what the first one does, and defines what it calls.
#include "shared.hpp"

void send(memory_store& db, parcel const& what)
{
    db[parcels].insert(what);
}

void send(sqlite_store& db, parcel const& what)
{
    db[parcels].insert(what);
}

std::string as_json(parcel const& what)
{
    return cairn::to_json(what);
}
