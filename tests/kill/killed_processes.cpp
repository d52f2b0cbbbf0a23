// SPDX-License-Identifier: BSL-1.0
// Processes that write are killed at random moments; whatever they had been told is stored must
// be there, and nothing half. CAIRN_KILLS sets how many, CAIRN_SEED the moments.

#include "worker.hpp"

#include "../support/random.hpp"
#include "../support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace test;
using namespace test::kill;
using namespace cairn::literals;

namespace {

/// What the processes told through the pipe, by thread.
struct oracle {
    std::array<std::int64_t, thread_count> begun{};
    std::array<std::int64_t, thread_count> returned{};
    std::uint64_t acknowledged = 0;

    void note(notice const& told)
    {
        auto& last = (told.returned != 0 ? returned : begun)[told.who];
        last = std::max(last, told.n);
        acknowledged += told.returned;
    }
    [[nodiscard]] int interrupted() const
    {
        auto count = 0;
        for (std::size_t i = 0; i != thread_count; ++i) count += begun[i] != returned[i];
        return count;
    }
};

/// Runs a child until so many of its writes were acknowledged, on a slow machine too, and some
/// milliseconds more; kills it, and hears what it still had told.
void run_and_kill(
    cairn::sqlite_options const& options, oracle& known, int at_least,
    std::chrono::microseconds life)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        live(options, ends[1]);
    }
    ::close(ends[1]);
    auto to_come = std::atomic<int>{at_least};
    auto reader = std::thread{[&] { // so that a full pipe never holds the child
        auto told = notice{};
        while (::read(ends[0], &told, sizeof told) == sizeof told) {
            known.note(told);
            to_come -= static_cast<int>(told.returned);
        }
        to_come = 0; // it has ended, which is found out below
    }};
    while (to_come > 0) std::this_thread::sleep_for(std::chrono::microseconds{100});
    std::this_thread::sleep_for(life);
    ::kill(child, SIGKILL);
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    reader.join();
    ::close(ends[0]);
    REQUIRE(WIFSIGNALED(status)); // it did not end by itself
}

/// One store that ages over many kills.
class campaign {
public:
    campaign(std::filesystem::path const& parent, cairn::survives survives, std::uint64_t seed)
        : folder_{parent}, random_{seed}
    {
        options_.path = (folder_.path() / "state.db").string();
        options_.survives = survives;
        options_.checkpoint_pages = 200; // so that kills also meet checkpoints
    }

    void kill_once()
    {
        auto const longest = options_.survives == cairn::survives::power_loss ? 60'000U : 20'000U;
        auto const at_least = random_.one_in(4) ? 0 : 2; // some kills meet the opening
        auto const life = std::chrono::microseconds{2'000 + random_.below(longest)};
        run_and_kill(options_, known_, at_least, life);
        interrupted_ += static_cast<std::uint64_t>(known_.interrupted());
        check();
        ++kills_;
    }

    void report(std::string const& where) const
    {
        MESSAGE(
            where, ": ", kills_, " kills, ", known_.acknowledged, " acknowledged writes, ",
            interrupted_, " interrupted ones (", survived_, " of them stored), slowest recovery ",
            slowest_.count(), " ms");
        CHECK(known_.acknowledged > kills_); // the processes did work
        CHECK(interrupted_ > kills_ / 2);    // and the kills met it
    }

private:
    void check()
    {
        auto const start = std::chrono::steady_clock::now();
        auto db = database{options_};
        slowest_ = std::max(
            slowest_,
            std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - start));
        prepare(db);
        db.read([&](auto& view) { check(view); });
        db.close();
        check_files();
    }

    template <class Snapshot>
    void check(Snapshot& view)
    {
        auto total = std::int64_t{0};
        auto expected = std::vector<task>{};
        for (int who = 0; who != thread_count; ++who) {
            auto const last = check_progress(view, who);
            total += transactions_until(last);
            for (auto& t : tasks_after(who, last)) expected.push_back(std::move(t));
            check_account(view, who, last_transaction(last));
        }
        CHECK(view[entries].get(total_number).weight == total);
        CHECK(view[entries].count() == thread_count + 1);
        check_tasks(view, expected);
    }

    /// acknowledged <= stored <= begun, and the next process goes on from there.
    template <class Snapshot>
    std::int64_t check_progress(Snapshot& view, int who)
    {
        auto const at = static_cast<std::size_t>(who);
        auto const stored = view[entries].get(who);
        REQUIRE(stored.weight >= known_.returned[at]); // nothing acknowledged is lost
        REQUIRE(stored.weight <= known_.begun[at]);
        CHECK(stored.text == std::to_string(stored.weight));
        auto const found = view[entries].by("weight"_by, stored.weight).from(stored.text).first();
        CHECK(found.has_value());
        survived_ += stored.weight > known_.returned[at];
        known_.begun[at] = known_.returned[at] = stored.weight;
        return stored.weight;
    }

    template <class Snapshot>
    void check_account(Snapshot& view, int who, std::int64_t last)
    {
        auto const stored = view[accounts].find(std::to_string(who));
        REQUIRE(stored.has_value() == (last != 0));
        if (!stored) return;
        CHECK(*stored == account_of(who, last));
        CHECK(view[accounts].by("email"_by, stored->email).first() == stored);
        CHECK(view[accounts].by("age"_by, stored->age, stored->email).count() == 1);
    }

    /// The table, its key and its index tell the same, and what the numbers say.
    template <class Snapshot>
    void check_tasks(Snapshot& view, std::vector<task> expected)
    {
        auto const by_id = [](task const& a, task const& b) { return a.id < b.id; };
        std::sort(expected.begin(), expected.end(), by_id);
        auto by_key = view[tasks].prefix().to_vector();
        CHECK(by_key == expected);
        CHECK(view[tasks].count() == expected.size());
        auto by_index = view[tasks].by("queue"_by).to_vector();
        std::sort(by_index.begin(), by_index.end(), by_id);
        CHECK(by_index == expected);
    }

    void check_files()
    {
        auto const known = std::set<std::string>{
            "state.db", "state.db-wal", "state.db-shm", "state.db.lock"};
        for (auto const& file : std::filesystem::directory_iterator{folder_.path()})
            CHECK(known.contains(file.path().filename().string()));
    }

    temporary_folder folder_;
    generator random_;
    cairn::sqlite_options options_{};
    oracle known_{};
    std::uint64_t kills_ = 0;
    std::uint64_t interrupted_ = 0;
    std::uint64_t survived_ = 0;
    std::chrono::milliseconds slowest_{0};
};

void run_campaign(
    std::string const& where, std::filesystem::path const& parent, cairn::survives survives)
{
    auto const kills = test::from_environment("CAIRN_KILLS", 200) / 2;
    auto const seed = test::from_environment("CAIRN_SEED", 1);
    INFO("seed " << seed);
    auto ageing = campaign{parent, survives, seed};
    for (std::uint64_t i = 0; i != kills; ++i) ageing.kill_once();
    ageing.report(where);
}

} // namespace

TEST_CASE("no acknowledged write is lost and none is half, when processes are killed, on disk")
{
    run_campaign("on disk", std::filesystem::temp_directory_path(), cairn::survives::power_loss);
}

TEST_CASE("no acknowledged write is lost and none is half, when processes are killed, on tmpfs")
{
    auto const memory = std::filesystem::path{"/dev/shm"};
    auto const parent = std::filesystem::is_directory(memory)
        ? memory
        : std::filesystem::temp_directory_path();
    run_campaign("on tmpfs", parent, cairn::survives::process_crash);
}
