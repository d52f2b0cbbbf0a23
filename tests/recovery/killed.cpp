// SPDX-License-Identifier: BSL-1.0
// Processes are killed while they write checkpoints, prune them and recover; what they had been
// told is stored must be in the state, by every strategy. CAIRN_KILLS sets how many, CAIRN_SEED
// the moments.
#include "dag.hpp"

#include "../support/temporary_folder.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace test;

namespace {

enum class phase : std::uint64_t { recovering, storing, writing, pruning, told };
constexpr auto phases = std::size_t{5};

/// Through the pipe: what the child begins, or that a write has returned, of so many vertices.
struct notice {
    phase what = phase::recovering;
    std::uint64_t vertices = 0;
};

void tell(int pipe, notice const& what)
{
    if (::write(pipe, &what, sizeof what) != sizeof what) ::_exit(3);
}

/// The clock on the wall is asked when a checkpoint begins, and again when old ones are looked for.
class telling_clock final : public cairn::machine {
public:
    explicit telling_clock(int pipe) : pipe_{pipe} {}

    [[nodiscard]] std::chrono::steady_clock::time_point now() const override
    {
        return cairn::real_machine().now();
    }
    [[nodiscard]] cairn::timestamp wall_time() const override
    {
        tell(pipe_, {.what = writes_ ? phase::writing : phase::pruning});
        writes_ = !writes_;
        return cairn::real_machine().wall_time();
    }
    [[nodiscard]] std::int64_t process_id() const override
    {
        return cairn::real_machine().process_id();
    }
    [[nodiscard]] cairn::file_operations& files() override { return cairn::real_machine().files(); }

private:
    int pipe_;
    mutable bool writes_ = true;
};

/// The n-th vertex follows from its number; every third also marks the one five before it, every
/// tenth writes the setting.
vertex vertex_of(std::uint64_t n)
{
    auto v = vertex{
        .round = n / 4 + (n % 7 == 0 ? 1 : 2), .name = n}; // none 0: that is no progress
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
        tell(pipe, {.what = phase::recovering});
        auto db = file_store{options};
        auto clock = telling_clock{pipe};
        auto keeper = cairn::checkpointer{
            graph_plan(), {.every = 1, .keep = 2, .full_every = 3, .machine = &clock}};
        auto state = keeper.recover(db).state;
        for (auto n = std::uint64_t{state.nodes().size()};; ++n) {
            db.write([&](auto& tx) {
                tell(pipe, {.what = phase::storing});
                store_number(tx, state, n);
                keeper.checkpoint_if_due(tx, state);
            });
            tell(pipe, {.what = phase::told, .vertices = n + 1});
        }
    } catch (std::exception const& e) {
        auto const text = std::string{"the child failed: "} + e.what() + "\n";
        static_cast<void>(::write(2, text.data(), text.size()));
    }
    ::_exit(2);
}

/// When a child is killed: so long after it began `what` for the `times`-th time.
struct moment {
    phase what;
    std::uint64_t times;
    std::chrono::microseconds later;
};

/// What a killed child had told last.
struct last_words {
    phase inside = phase::recovering;
    std::uint64_t vertices = 0; ///< 0: nothing was stored
};

last_words run_and_kill(cairn::sqlite_options const& options, moment const& when)
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
    auto last = last_words{};
    auto heard = notice{};
    auto const hear = [&] {
        if (::read(ends[0], &heard, sizeof heard) != sizeof heard) return false;
        last.inside = heard.what;
        if (heard.what == phase::told) last.vertices = heard.vertices;
        return true;
    };
    for (auto left = when.times; left != 0 && hear();) left -= heard.what == when.what;
    std::this_thread::sleep_for(when.later); // a full pipe holds the child, and no more than that
    ::kill(child, SIGKILL);
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    while (hear()) {}
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
    auto hits = std::array<std::uint64_t, phases>{};
    auto const is_missed = [&] { return std::count(hits.begin(), hits.end() - 1, 0U) != 0; };
    for (std::uint64_t i = 0; i < kills || (is_missed() && i < kills + 200); ++i) {
        auto const what = static_cast<phase>(i % phases);
        auto const times = what == phase::recovering ? 1 : 1 + random.below(40);
        auto const later = random.one_in(2) ? random.below(50) : random.below(5'000);
        auto const told = run_and_kill(options, {what, times, std::chrono::microseconds{later}});
        ++hits[static_cast<std::size_t>(told.inside)];
        auto const before = stored;
        stored = check(options, std::max(told.vertices, before));
        inside += stored > std::max(told.vertices, before);
    }
    MESSAGE(kills, " kills, ", stored, " vertices, ", inside, " kills between commit and telling");
    MESSAGE(
        "killed while recovering ", hits[0], ", storing ", hits[1], ", writing a checkpoint ",
        hits[2], ", pruning and committing ", hits[3], ", else ", hits[4]);
    CHECK_FALSE(is_missed()); // each of the four was met, however slow the machine
    CHECK(stored > kills);
}
