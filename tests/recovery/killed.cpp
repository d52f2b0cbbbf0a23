// SPDX-License-Identifier: BSL-1.0
// Processes are killed while they write checkpoints, prune them and recover; what they had been
// told is stored must be in the state, by every strategy. CAIRN_KILLS sets how many, CAIRN_SEED
// the moments.
#include "dag.hpp"

#include "../support/temporary_folder.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace test;

namespace {

/// Through the pipe, eight bytes each: the number of vertices of which a write has returned.
using notice = std::uint64_t;

/// The n-th vertex follows from its number; every third also marks the one five before it, every
/// tenth writes the setting.
vertex vertex_of(std::uint64_t n)
{
    auto v = vertex{.round = n / 4 + (n % 7 == 0 ? 0 : 1), .name = n};
    for (std::uint64_t back = 1; back <= 3 && back <= n; ++back) v.parents.push_back(n - back);
    v.note.assign(n % 50, 'x');
    return v;
}

constexpr bool marks(std::uint64_t n)
{
    return n % 3 == 0 && n >= 5;
}

using file_store = graph_store<cairn::sqlite>;

template <class Transaction>
void store_number(Transaction& tx, graph& state, std::uint64_t n)
{
    auto const v = vertex_of(n);
    tx[vertices].insert(v);
    state.apply(v);
    if (marks(n)) {
        auto const old = vertex_of(n - 5);
        auto const next = state.highest_mark() + 1;
        state.apply(tx[vertices].update(old.round, old.name, [&](vertex& o) { o.marked = next; }));
    }
    if (n % 10 == 0) {
        tx[settings].put({.value = n});
        state.apply(setting{.value = n});
    }
}

/// The state after the first `count` numbers.
graph state_after(std::uint64_t count)
{
    auto state = graph{};
    for (std::uint64_t n = 0; n != count; ++n) {
        state.apply(vertex_of(n));
        if (marks(n)) {
            auto old = vertex_of(n - 5);
            old.marked = state.highest_mark() + 1;
            state.apply(old);
        }
        if (n % 10 == 0) state.apply(setting{.value = n});
    }
    return state;
}

/// A child's whole life: recovers, then stores and checkpoints without end.
[[noreturn]] void live(cairn::sqlite_options const& options, int pipe)
{
    try {
        auto db = file_store{options};
        auto keeper = cairn::checkpointer{graph_plan(), {.every = 1, .keep = 2, .full_every = 3}};
        auto state = keeper.recover(db).state;
        for (auto n = std::uint64_t{state.nodes().size()};; ++n) {
            db.write([&](auto& tx) {
                store_number(tx, state, n);
                keeper.checkpoint_if_due(tx, state);
            });
            auto const told = notice{n + 1};
            if (::write(pipe, &told, sizeof told) != sizeof told) ::_exit(3);
        }
    } catch (std::exception const& e) {
        auto const text = std::string{"the child failed: "} + e.what() + "\n";
        static_cast<void>(::write(2, text.data(), text.size()));
    }
    ::_exit(2);
}

/// Runs a child until it has told so many numbers, on a slow machine too, and a while more; kills
/// it; the last number it told, or 0.
std::uint64_t run_and_kill(
    cairn::sqlite_options const& options, int at_least, std::chrono::microseconds life)
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
    auto last = notice{0};
    auto to_come = std::atomic<int>{at_least};
    auto reader = std::thread{[&] { // so that a full pipe never holds the child
        auto told = notice{};
        while (::read(ends[0], &told, sizeof told) == sizeof told) {
            last = told;
            --to_come;
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
    return last;
}

/// What is found after a kill, by every strategy: at least what was told, and nothing half.
std::uint64_t check(cairn::sqlite_options const& options, std::uint64_t told)
{
    auto db = file_store{options};
    auto const stored = db[vertices].count();
    REQUIRE(stored >= told);
    REQUIRE(stored <= told + 1);
    auto const expected = state_after(stored);
    for (auto const how : every_strategy) {
        auto const found = cairn::checkpointer{graph_plan()}.recover(db, {.strategy = how});
        REQUIRE(found.state == expected);
        REQUIRE(found.report.refused.empty()); // a kill leaves no damaged checkpoint
        REQUIRE(found.report.quarantined_count == 0);
    }
    auto const chunks = db[cairn::checkpoint_chunks].count();
    REQUIRE(chunks == db[cairn::checkpoint_headers].count()); // and no stray chunk
    return stored;
}

} // namespace

TEST_CASE("killed while it checkpoints, prunes and recovers, a state comes back as it was told")
{
    auto const kills = from_environment("CAIRN_KILLS", 60) / 2 + 1;
    auto random = generator{from_environment("CAIRN_SEED", 1)};
    auto const memory = std::filesystem::path{"/dev/shm"};
    auto const folder = temporary_folder{
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()};
    auto options = cairn::sqlite_options{};
    options.path = (folder.path() / "state.db").string();
    options.survives = cairn::survives::process_crash;
    options.checkpoint_pages = 200;
    auto stored = std::uint64_t{0};
    auto inside = std::uint64_t{0};
    for (std::uint64_t i = 0; i != kills; ++i) {
        auto const at_least = random.one_in(4) ? 0 : 2; // some kills meet the recovery
        auto const life = std::chrono::microseconds{500 + random.below(20'000)};
        auto const told = run_and_kill(options, at_least, life);
        auto const before = stored;
        stored = check(options, std::max(told, before));
        inside += stored > std::max(told, before);
    }
    MESSAGE(kills, " kills, ", stored, " vertices, ", inside, " kills between commit and telling");
    CHECK(stored > kills);
}
