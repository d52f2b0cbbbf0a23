// SPDX-License-Identifier: BSL-1.0
// The row of counts: of each model how many records there are, and which number comes next.
#include "store_file.hpp"

using namespace test;

TEST_CASE("the next number is above every one that was given, but stays 1 where the key is it")
{
    auto const folder = temporary_folder{};
    auto const path = (folder.path() / "notes.db").string();
    {
        auto db = open_notes{path};
        db.insert({.id = "a"});
        db.insert({.id = "b"});
        db.write([&](auto& s) {
            CHECK(db.events.insert(s, {.number = 900}));
            CHECK(db.events.insert(s, {.number = -7}));
            CHECK(db.notes.erase_at(s, 2));
        });
    }
    auto db = open_notes{path};
    auto const& tallies = db.database.writer().state().tallies;
    auto const notes = tallies.at(db.database.slot_of(0));
    auto const events = tallies.at(db.database.slot_of(1));
    CHECK(notes.count == 1);
    CHECK(notes.next == 3);
    CHECK(events.count == 2);
    CHECK(events.next == 1);
}
