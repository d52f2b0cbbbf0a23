// SPDX-License-Identifier: BSL-1.0
// Transactions that change more pages than the cache holds, and take a part of that back.
#include "../support/random.hpp"
#include "store_file.hpp"

#include <filesystem>

using namespace test;

namespace {

/// How many notes a crash at this moment leaves: those that the files of now have without the index
/// of the log, which is memory.
std::string left_by_crash(std::filesystem::path const& path)
{
    auto const folder = temporary_folder{};
    auto const copy = folder.path() / "copy.db";
    std::filesystem::copy_file(path, copy);
    std::filesystem::copy_file(path.string() + "-wal", copy.string() + "-wal");
    return sql(copy.string(), "SELECT count(*) FROM note").at(0);
}

} // namespace

// SQLite's own fault, reported to its forum as b490f726db, of 3.44.0 and 3.50.1: pages written
// before their commit, a part taken back, and the frames behind have no valid checksum.
TEST_CASE("no commit is lost behind a large transaction of which a part was taken back")
{
    for (auto const survives : {cairn::survives::power_loss, cairn::survives::process_crash}) {
        auto const folder = temporary_folder{};
        auto const path = folder.path() / "notes.db";
        auto db = open_notes{cairn::sqlite_options{
            .path = path.string(), .survives = survives, .cache_size = 64 << 10}};
        auto random = generator{1};
        auto const some = [&](auto& s, std::uint64_t most) {
            for (auto n = random() % most; n > 0; --n) {
                auto const one = note{
                    .id = std::to_string(random() % 400),
                    .text = std::string(random() % 3000, 'x')};
                if (!db.notes.rewrite(s, one)) db.notes.insert(s, one);
            }
        };
        for (int i = 0; i != 60; ++i) {
            db.write([&](auto& s) {
                for (auto n = random() % 4; n > 0; --n) {
                    some(s, 20);
                    s.savepoint();
                    some(s, 30);
                    random() % 2 == 0 ? s.rollback_to() : s.release();
                }
                some(s, 3);
            });
            INFO("write " << i);
            REQUIRE(left_by_crash(path) == std::to_string(db.count()));
        }
    }
}
