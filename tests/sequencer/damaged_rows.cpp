// SPDX-License-Identifier: BSL-1.0
// Damage to single rows of certificates and performances: whatever happens to one, and however the
// state is recovered, it is the right one, or the damage is reported.
#include "sequencer/world.hpp"

#include "verify.hpp"

using namespace test;
using cairn::recovery_strategy;

namespace {

/// One row, and its store, which is whole again behind each trial.
struct victim {
    world<in_sqlite> w{};
    std::string table;
    std::string row{}; ///< its number
    image whole{};
    std::optional<recovered_dag> last{};
    std::size_t trials = 0;
    std::size_t reported = 0;

    explicit victim(std::string name) : table{std::move(name)}
    {
        w.options.checkpoints = {.every = 5, .keep = 2};
        w.live(13); // the newest checkpoint is of round 10
        whole = image_of(w.self().state());
    }

    [[nodiscard]] std::string file() const { return w.folder.file("dag.db"); }
    [[nodiscard]] std::string where() const { return " WHERE _seq = " + row; }

    void choose(std::string const& sql)
    {
        w.node_.reset();
        w.db_.reset();
        row = raw_file{file()}.ask("SELECT _seq FROM " + table + " " + sql).at(0);
        std::filesystem::copy_file(file(), file() + ".whole");
    }

    /// By the report, by the state, or by an error that no checkpoint can be used.
    bool is_reported(recovery_strategy how)
    {
        try {
            last = w.recover(how);
        } catch (cairn::not_found const&) {
            REQUIRE(how == recovery_strategy::from_checkpoint);
            return true;
        }
        return last->report.quarantined_count != 0 || last->state.is_damaged();
    }

    void check_every_strategy(std::string const& damage)
    {
        ++trials;
        w.db_ = w.open();
        auto const told_before = reported;
        for (auto const how : every_strategy) {
            INFO(damage, " by ", cairn::to_string(how));
            auto const is_told = is_reported(how);
            REQUIRE((is_told || image_of(last->state) == whole));
            reported += is_told;
        }
        INFO(damage);
        auto const is_moved = damage.find("SET \"_seq\"") != std::string::npos;
        if (reported != told_before && !is_moved) CHECK(!verify(w.db()).found.empty());
        w.db_.reset();
        for (auto const* ending : {"-wal", "-shm"}) std::filesystem::remove(file() + ending);
        std::filesystem::copy_file(
            file() + ".whole", file(), std::filesystem::copy_options::overwrite_existing);
    }

    void try_change(std::string const& set)
    {
        auto const sql = "UPDATE " + table + " SET " + set + where();
        if (raw_file{file()}.change(sql)) check_every_strategy(sql);
    }

    /// One bit of every few bytes, so that each place in a byte comes up.
    void flip_body()
    {
        auto const hex = raw_file{file()}.ask("SELECT hex(_body) FROM " + table + where()).at(0);
        for (std::size_t bit = 0; bit < 4 * hex.size(); bit += 43) {
            auto flipped = hex;
            auto& digit = flipped[bit / 4];
            constexpr auto digits = std::string_view{"0123456789ABCDEF"};
            digit = digits[digits.find(digit) ^ std::size_t{1} << bit % 4];
            try_change("_body = x'" + flipped + "'");
        }
        for (auto const* cut : {"0", "1", "4", "8", "length(_body) / 2", "length(_body) - 1"})
            try_change("_body = substr(_body, 1, " + std::string{cut} + ")");
        for (auto const* body :
             {"_body || x'00'", "NULL", "zeroblob(length(_body))", "7", "'text'"})
            try_change("_body = " + std::string{body});
    }

    void change_columns()
    {
        for (auto const& name :
             raw_file{file()}.ask("SELECT name FROM pragma_table_info('" + table + "')")) {
            if (name == "_body") continue;
            for (auto const& value :
                 {"NULL", "0", "1", "77", "-1", "1 - X", "X + 1", "X - 1", "X + 1000", "x'00'",
                  "'text'", "zeroblob(length(X))", "X || x'00'", "0.5"}) {
                auto text = std::string{value};
                if (auto const at = text.find('X'); at != std::string::npos)
                    text.replace(at, 1, '"' + name + '"');
                try_change('"' + name + "\" = " + text);
            }
        }
    }

    /// How many times a strategy said that something is wrong.
    [[nodiscard]] std::size_t check_everything(std::string const& chosen_by)
    {
        choose(chosen_by);
        flip_body();
        CHECK(reported > trials); // by more than one strategy, that is
        change_columns();
        MESSAGE(table, " ", chosen_by, ": ", trials, " trials, ", reported, " reported");
        return reported;
    }
};

} // namespace

TEST_CASE("no damage to a certificate's row behind the checkpoint goes unseen")
{
    CHECK(victim{"certificate"}.check_everything("WHERE round = 11 LIMIT 1") != 0);
}

TEST_CASE("no damage to a certificate's row that was committed behind the checkpoint goes unseen")
{
    CHECK(
        victim{"certificate"}.check_everything("WHERE round = 9 ORDER BY commit_position LIMIT 1")
        != 0);
}

TEST_CASE("no damage to the row of the last anchor goes unseen")
{
    CHECK(victim{"certificate"}.check_everything("ORDER BY commit_position DESC LIMIT 1") != 0);
}

TEST_CASE("no damage to a certificate's row under the checkpoint changes the state unseen")
{
    auto v = victim{"certificate"};
    v.choose("WHERE round = 3 LIMIT 1");
    v.flip_body();
    CHECK(v.reported > 0);
    v.change_columns();
}

TEST_CASE("no damage to a row under the checkpoint that is still to be marked goes unseen")
{
    CHECK(
        victim{"certificate"}.check_everything("WHERE round = 10 AND committed = 0 LIMIT 1") != 0);
}

TEST_CASE("no damage to a performance's row goes unseen")
{
    CHECK(victim{"performance"}.check_everything("ORDER BY position DESC LIMIT 1") != 0);
    CHECK(victim{"performance"}.check_everything("ORDER BY position LIMIT 1") != 0);
}
