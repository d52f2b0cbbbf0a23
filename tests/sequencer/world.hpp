// SPDX-License-Identifier: BSL-1.0
// A small committee, certificates that keep its rules, and a node that receives them.
#pragma once

#include "convert.hpp"
#include "dag_store.hpp"
#include "digest.hpp"
#include "inspect.hpp"
#include "keeper.hpp"
#include "node.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <unistd.h>

namespace test {

using namespace cairn::literals;
using namespace sequencer;
using namespace std::chrono_literals;

/// A folder of its own that goes away with it.
class scratch_folder {
public:
    scratch_folder()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "sequencer-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
        path_ = pattern;
    }
    ~scratch_folder()
    {
        auto ignored = std::error_code{};
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(scratch_folder const&) = delete;
    scratch_folder& operator=(scratch_folder const&) = delete;

    [[nodiscard]] std::string file(std::string const& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// The file of a store that is closed.
class raw_file {
public:
    explicit raw_file(std::string const& name)
    {
        REQUIRE(sqlite3_open(name.c_str(), &on_) == SQLITE_OK);
        sqlite3_exec(on_, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    }
    raw_file(raw_file const&) = delete;
    raw_file& operator=(raw_file const&) = delete;
    ~raw_file() { sqlite3_close(on_); }

    /// Whether a row was changed; constraints of the table may be in the way.
    bool change(std::string const& sql)
    {
        auto const before = sqlite3_total_changes(on_);
        return sqlite3_exec(on_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK
            && sqlite3_total_changes(on_) > before;
    }

    /// Texts of the first column of what is asked.
    std::vector<std::string> ask(std::string const& sql)
    {
        auto result = std::vector<std::string>{};
        auto* asked = static_cast<sqlite3_stmt*>(nullptr);
        REQUIRE(sqlite3_prepare_v2(on_, sql.c_str(), -1, &asked, nullptr) == SQLITE_OK);
        while (sqlite3_step(asked) == SQLITE_ROW)
            result.emplace_back(reinterpret_cast<char const*>(sqlite3_column_text(asked, 0)));
        sqlite3_finalize(asked);
        return result;
    }

private:
    sqlite3* on_ = nullptr;
};

inline constexpr auto epoch = cairn::timestamp{std::chrono::seconds{1'700'000'000}};

/// Certificates of one committee, round by round; every author has one in every round, and all of
/// the round before are its parents, unless something else is said.
class history {
public:
    explicit history(std::size_t validators = 4, std::uint64_t seed = 1)
        : members{committee::simulated(validators, seed)}
    {
    }

    committee members;
    std::vector<std::vector<certificate>> rounds{};

    [[nodiscard]] std::vector<hash32> digests(std::size_t round) const
    {
        auto result = std::vector<hash32>{};
        for (auto const& c : rounds.at(round)) result.push_back(c.digest);
        return result;
    }

    /// Sound in itself; `salt` makes two that differ in nothing else.
    [[nodiscard]] certificate make(
        std::uint16_t author, std::uint64_t round, std::vector<hash32> parents,
        std::chrono::nanoseconds salt = {}) const
    {
        auto everybody = std::vector<std::uint16_t>(members.size());
        for (std::uint16_t i = 0; i < members.size(); ++i) everybody[i] = i;
        auto c = certificate{
            .round = round,
            .author = members.member(author),
            .parents = std::move(parents),
            .timestamp = epoch + round * 250ms + author * 1ms + salt,
            .aggregated_signature = bytes(author % 2 == 0 ? 96 : 48, std::byte{0x5e}),
            .signers = bitmap_of(everybody, members.size())};
        c.digest = digest_of(c);
        return c;
    }

    std::vector<certificate> const& grow()
    {
        auto const round = rounds.size();
        auto const parents = round == 0 ? std::vector<hash32>{} : digests(round - 1);
        auto made = std::vector<certificate>{};
        for (std::uint16_t author = 0; author < members.size(); ++author)
            made.push_back(make(author, round, parents));
        rounds.push_back(std::move(made));
        return rounds.back();
    }
    void grow(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) grow();
    }
};

inline batch make_batch(peer_id const& author, std::string_view text, std::uint32_t worker = 0)
{
    auto const view = std::as_bytes(std::span{text});
    auto b = batch{
        .worker_id = worker,
        .author = author,
        .transactions = {{.data = {view.begin(), view.end()}, .timestamp = epoch}},
        .transaction_count = 1,
        .timestamp = epoch,
        .size_bytes = text.size()};
    b.digest = digest_of(b);
    return b;
}

/// Everything of a state that must come back, in a form that can be compared.
struct image {
    using row = std::tuple<
        std::uint64_t, hash32, std::uint16_t, std::vector<hash32>, cairn::timestamp, std::uint64_t,
        std::uint64_t>;

    std::vector<row> certificates{};
    std::vector<hash32> order{};
    std::vector<std::pair<std::uint64_t, hash32>> anchors{};
    std::uint64_t next_position = 0;
    std::vector<performance> window{};
    std::vector<double> scores{};
    std::uint64_t recorded = 0;
    std::uint64_t highest_round = 0;

    bool operator==(image const&) const = default;
};

inline image image_of(dag_state const& state)
{
    auto result = image{};
    auto const& graph = state.graph();
    for (node_id id = 0; id < graph.size(); ++id) {
        auto const& node = graph[id];
        auto parents = std::vector<hash32>{};
        for (auto const parent : graph.parents(id)) parents.push_back(graph[parent].digest);
        std::sort(parents.begin(), parents.end());
        result.certificates.emplace_back(
            node.round, node.digest, node.author, std::move(parents), node.timestamp,
            node.committed_at_round, node.commit_position);
    }
    std::sort(result.certificates.begin(), result.certificates.end());
    for (auto const id : graph.commit_order()) result.order.push_back(graph[id].digest);
    result.anchors = state.order().anchors();
    result.next_position = state.order().next_position();
    auto const& leaders = state.order().leaders();
    result.window = {leaders.window().begin(), leaders.window().end()};
    result.scores = leaders.scores();
    result.recorded = leaders.recorded();
    result.highest_round = state.position();
    return result;
}

inline std::string as_text(doctest::String const& text)
{
    return text.c_str();
}

struct in_memory {
    static constexpr auto keeps_files = false;
};
struct in_sqlite {
    static constexpr auto keeps_files = true;
};

/// A store, and a node on it that can be started again.
template <class Backend = in_sqlite>
struct world {
    scratch_folder folder{};
    history past{};
    node_options options{.members = past.members, .self = past.members.member(0)};
    std::unique_ptr<database> db_ = open();
    std::unique_ptr<node> node_{};

    world() = default;
    explicit world(std::size_t validators) : past{validators} { renew_options(); }

    void renew_options()
    {
        options.members = past.members;
        options.self = past.members.member(0);
    }

    std::unique_ptr<database> open() const
    {
        if constexpr (!Backend::keeps_files)
            return std::make_unique<database>(cairn::memory_options{});
        return std::make_unique<database>(cairn::sqlite_options{
            .path = folder.file("dag.db"), .survives = cairn::survives::process_crash});
    }

    database& db() { return *db_; }

    node& self()
    {
        if (!node_) node_ = std::make_unique<node>(db(), options);
        return *node_;
    }

    /// Ends the process, as far as the store is concerned; a store in memory lives on.
    void restart()
    {
        node_.reset();
        if (!Backend::keeps_files) return;
        db_.reset();
        db_ = open();
    }

    /// Ends it, changes the file behind its back, and opens it again.
    void damage(std::string const& sql)
    {
        node_.reset();
        db_.reset();
        auto* raw = static_cast<sqlite3*>(nullptr);
        REQUIRE(sqlite3_open(folder.file("dag.db").c_str(), &raw) == SQLITE_OK);
        auto* message = static_cast<char*>(nullptr);
        auto const code = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message);
        INFO(std::string{message == nullptr ? "" : message});
        CHECK(code == SQLITE_OK);
        CHECK(sqlite3_total_changes(raw) > 0);
        sqlite3_free(message);
        sqlite3_close(raw);
        db_ = open();
    }

    /// Certificates of `count` further rounds reach the node, one message a round.
    void live(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            for (auto const& answer : self().receive({}, past.grow()))
                REQUIRE(answer.what == acceptance::stored);
    }

    recovered_dag recover(cairn::recovery_strategy how, recovery_listener const& listener = {})
    {
        auto keeper = dag_keeper{options.members, options.scoring, options.checkpoints};
        return keeper.recover(db(), how, listener);
    }
};

inline constexpr auto every_strategy = {
    cairn::recovery_strategy::from_scratch, cairn::recovery_strategy::from_checkpoint,
    cairn::recovery_strategy::hybrid};

inline std::string sql_of(hash32 const& digest)
{
    return "x'" + to_hex(digest) + "'";
}

} // namespace test
