// SPDX-License-Identifier: BSL-1.0
// Stores on a disk that loses power or fails at any moment: what was acknowledged is there, nothing
// is there in part, and no error lies about the outcome.
#include "../support/simulated_vfs.hpp"
#include "store_file.hpp"

#include <cstdlib>

using namespace test;

namespace {

using contents = std::map<std::string, note>;

constexpr auto no_limit = ~std::uint64_t{0};

/// How often to try; the long campaigns ask for more.
std::uint64_t trials(std::uint64_t usual)
{
    auto const* const asked = std::getenv("CAIRN_POWER_CUTS");
    return asked != nullptr ? std::strtoull(asked, nullptr, 10) : usual;
}

enum class verdict : std::uint8_t { sound, lost, wrong };

/// A disk, and beside it every state that the store on it has had.
class world {
public:
    explicit world(std::uint64_t seed, cairn::survives survives = cairn::survives::power_loss)
        : disk{seed}, dice_{seed ^ 0x5EED}, survives_{survives}
    {
        vfs::install();
        current_disk() = &disk;
        seed_sqlite(static_cast<int>(seed));
    }
    world(world const&) = delete;
    world& operator=(world const&) = delete;
    ~world()
    {
        current_disk() = nullptr;
        seed_sqlite(0);
    }

    simulated_disk disk;

    /// Opens the store, compares it with its past, and writes until the power goes. Whatever that
    /// throws while the power is on is a fault of the store.
    verdict live(std::uint64_t cut_at, int transactions)
    {
        disk.cut_at = cut_at;
        auto found = verdict::sound;
        try {
            auto db = open_notes{options()};
            found = compare(db);
            if (found != verdict::wrong)
                for (int i = 0; i < transactions; ++i) transact(db);
            if (transactions != 0) disk.dead = true; // in the middle of things, not after a close
        } catch (cairn::error const& thrown) {
            if (disk.dead) return found;
            MESSAGE(std::string{thrown.what()});
            found = verdict::wrong;
        }
        return found;
    }

    /// Runs transactions against a disk that fails somewhere; compares after each failure, as far
    /// as the store lets, and again after reopening it.
    verdict endure(int transactions, bool with_power_cut)
    {
        try {
            auto db = open_notes{options()};
            for (int i = 0; i < transactions && !db.database.poisoned(); ++i) attempt(db);
            if (with_power_cut) disk.dead = true;
        } catch (cairn::error const&) { // it could not be opened
            if (!disk.failed) return verdict::wrong;
        }
        met_fault_ = disk.failed;
        disk.fail_at = no_limit;
        disk.failed = disk.keeps_failing = false;
        if (with_power_cut) disk.restore_power();
        try {
            auto db = open_notes{options()};
            return compare(db);
        } catch (cairn::error const& thrown) {
            MESSAGE(std::string{thrown.what()});
            return verdict::wrong;
        }
    }

    /// Whether the fault that was asked for came to pass.
    [[nodiscard]] bool met_fault() const { return met_fault_; }

private:
    /// SQLite's own dice, which it rolls for the marks of its logs; 0 gives it chance back.
    static void seed_sqlite(int seed)
    {
        sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr));
        sqlite3_randomness(0, nullptr);
    }

    [[nodiscard]] cairn::sqlite_options options()
    {
        auto chosen = cairn::sqlite_options{.path = "/disk/notes.db"};
        chosen.survives = survives_;
        chosen.vfs = "simulated";
        chosen.machine = &machine_;
        chosen.checkpoint_pages = 12;
        chosen.wal_limit = std::uint64_t{30} * 4096;
        chosen.cache_size = chosen.reader_cache_size = 8 * 4096;
        return chosen;
    }

    [[nodiscard]] note some_note(std::string const& id)
    {
        auto made = note{.id = id, .rank = dice_() % 4};
        if (dice_() % 2 != 0) made.level = static_cast<std::int32_t>(dice_() % 3);
        if (dice_() % 2 != 0) made.label = "label of " + id + "/" + std::to_string(dice_() % 100);
        made.text.assign(
            dice_() % 12 == 0 ? 9000 : dice_() % 200, static_cast<char>('a' + dice_() % 26));
        return made;
    }

    /// Some changes, and now and then more than the cache holds, of which a part is taken back; what
    /// the store then holds.
    contents change(open_notes& db, cairn::sqlite_session& s)
    {
        auto now = changed(db, s, history_.back(), 1 + dice_() % 5);
        while (dice_() % 6 == 0) {
            s.savepoint();
            static_cast<void>(changed(db, s, now, dice_() % 20));
            s.rollback_to();
            now = changed(db, s, std::move(now), dice_() % 20);
        }
        return now;
    }

    contents changed(open_notes& db, cairn::sqlite_session& s, contents now, std::uint64_t how_many)
    {
        for (auto left = how_many; left > 0; --left) {
            auto const id = std::to_string(dice_() % 40);
            cairn::cell const key[] = {cairn::cell::of(std::string_view{id})};
            auto const made = some_note(id);
            auto const old = db.notes.find(s, key);
            if (old && dice_() % 3 == 0) {
                db.notes.erase_at(s, old->sequence);
                now.erase(id);
            } else if (old) {
                db.notes.replace(s, old->sequence, old->record, made);
                now[id] = made;
            } else {
                db.notes.insert(s, made);
                now[id] = made;
            }
        }
        return now;
    }

    void transact(open_notes& db)
    {
        auto& s = db.database.writer();
        s.begin();
        history_.push_back(change(db, s));
        s.commit();
        acknowledged_ = history_.size() - 1;
        db.database.after_commit();
    }

    /// A transaction that may fail; its outcome decides what may be found afterwards.
    void attempt(open_notes& db)
    {
        auto& s = db.database.writer();
        auto const before = history_.size();
        auto committed = false;
        try {
            s.begin();
            history_.push_back(change(db, s));
            s.commit();
            committed = true;
            acknowledged_ = history_.size() - 1;
            db.database.after_commit();
        } catch (cairn::error const& thrown) {
            s.rollback();
            if (!committed && thrown.outcome() == cairn::write_outcome::not_committed)
                history_.resize(before);
        }
    }

    /// The store has the state after some prefix of its commits, every acknowledged one included;
    /// the count and every index agree with the table, and SQLite finds nothing wrong.
    verdict compare(open_notes& db)
    {
        auto const commits = static_cast<std::size_t>(db.database.writer().state().commit_sequence);
        if (commits >= history_.size()) return verdict::wrong;
        auto& s = db.database.writer();
        for (std::uint8_t index = 0; index < 4; ++index) {
            auto const asked = index == 3
                ? cairn::question{}
                : cairn::question{.order = cairn::ordering::index, .index = index};
            auto found = contents{};
            for (auto& one : db.notes.fetch(s, asked, nullptr, 1000, nullptr).records)
                found[one.id] = one;
            if (found != history_[commits]) return verdict::wrong;
        }
        if (db.notes.count(s, {}) != history_[commits].size()) return verdict::wrong;
        auto& on = *db.database.writing_connection();
        if (cairn::detail::sql::ask_pragma(on, "PRAGMA integrity_check") != "ok")
            return verdict::wrong;
        auto const lost = commits < acknowledged_;
        history_.resize(commits + 1);
        acknowledged_ = commits;
        return lost ? verdict::lost : verdict::sound;
    }

    simulated_machine machine_{};
    std::mt19937_64 dice_;
    cairn::survives survives_;
    std::vector<contents> history_{contents{}};
    std::size_t acknowledged_ = 0;
    bool met_fault_ = false;
};

struct tally_of_runs {
    std::uint64_t cuts = 0;
    std::uint64_t in_recovery = 0;
    std::uint64_t lost = 0;
    std::uint64_t wrong = 0;
};

/// Lets a store live through a few power cuts, a third of them while it recovers from the last.
void run(std::uint64_t seed, cairn::survives survives, bool lies, tally_of_runs& total)
{
    auto here = world{seed, survives};
    here.disk.lies = lies;
    // Where commits are not synced, SQLite does not keep them apart by sectors either: this promise
    // is made for media that leave alone what they were not asked to write.
    if (survives == cairn::survives::process_crash) here.disk.overwrite_is_safe = true;
    auto dice = std::mt19937_64{seed * 31};
    auto const note_down = [&](verdict found) {
        total.lost += found == verdict::lost ? 1 : 0;
        total.wrong += found == verdict::wrong ? 1 : 0;
        if (found == verdict::wrong && !lies) MESSAGE("seed=" << seed);
        return found != verdict::wrong;
    };
    for (int cycle = 0; cycle < 4; ++cycle) {
        auto const sound = note_down(here.live(dice() % 250, 24));
        here.disk.restore_power();
        ++total.cuts;
        if (!sound) return;
        for (int depth = 0; depth < 3 && dice() % 3 == 0; ++depth) {
            if (!note_down(here.live(dice() % 10, 0))) return;
            ++total.cuts;
            ++total.in_recovery;
            here.disk.restore_power();
        }
    }
    note_down(here.live(no_limit, 0));
}

} // namespace

TEST_CASE(
    "a power cut at any moment loses nothing that was acknowledged and leaves nothing in part")
{
    auto total = tally_of_runs{};
    for (std::uint64_t seed = 1; total.cuts < trials(2000); ++seed)
        run(seed, cairn::survives::power_loss, false, total);
    MESSAGE(total.cuts << " cuts, " << total.in_recovery << " of them during recovery");
    CHECK(total.lost == 0);
    CHECK(total.wrong == 0);
    CHECK(total.in_recovery * 50 > total.cuts);
}

TEST_CASE("survives::process_crash may lose the last moments to a power cut, and nothing else")
{
    auto total = tally_of_runs{};
    for (std::uint64_t seed = 1; total.cuts < trials(600); ++seed)
        run(seed, cairn::survives::process_crash, false, total);
    CHECK(total.wrong == 0);
    CHECK(total.lost > 0); // or these tests could not tell
}

TEST_CASE("a disk that lies about syncs is found out by these tests")
{
    auto total = tally_of_runs{};
    for (std::uint64_t seed = 1; total.cuts < 200; ++seed)
        run(seed, cairn::survives::power_loss, true, total);
    CHECK(total.lost + total.wrong > 0);
}

TEST_CASE("a short life survives a cut at every single operation")
{
    auto cuts = std::uint64_t{0};
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        for (std::uint64_t at = 0;; ++at) {
            auto here = world{seed};
            auto const before = here.live(at, 6);
            auto const reached = here.disk.cut_at < here.disk.mutations;
            here.disk.restore_power();
            ++cuts;
            INFO("seed " << seed << ", operation " << at);
            CHECK(before == verdict::sound);
            CHECK(here.live(no_limit, 0) == verdict::sound);
            if (!reached) break;
        }
    }
    MESSAGE(cuts << " cuts");
    CHECK(cuts > 100);
}

TEST_CASE("a failure of any call, once or for good, is never taken for success, nor success for it")
{
    auto faults = 0;
    for (auto const sticky : {false, true}) {
        for (auto const with_power_cut : {false, true}) {
            for (std::uint64_t at = 0;; ++at) {
                auto here = world{3};
                here.disk.fail_at = at;
                here.disk.keeps_failing = sticky;
                auto const found = here.endure(8, with_power_cut);
                INFO("call " << at << ", sticky " << sticky << ", cut " << with_power_cut);
                CHECK(found == verdict::sound);
                if (!here.met_fault()) break;
                ++faults;
            }
        }
    }
    MESSAGE(faults << " faults");
    CHECK(faults > 1000);
}

TEST_CASE("the same seed gives the same disk, byte for byte")
{
    auto const image = [](std::uint64_t seed) {
        auto here = world{seed};
        here.live(120, 24);
        here.disk.restore_power();
        auto all = std::string{};
        for (auto const& [name, file] : here.disk.names) all.append(name).append(file->live);
        return all;
    };
    CHECK(image(5) == image(5));
    CHECK(image(5) != image(6));
}
