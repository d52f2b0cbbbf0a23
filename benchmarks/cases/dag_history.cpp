// SPDX-License-Identifier: BSL-1.0
// Cases on a history of many rounds: recovery, checkpoints, one round, one author.
#include "dag.hpp"

#include "node.hpp"

namespace bench {

namespace {

using cairn::recovery_strategy;

class dag_history {
public:
    /// A node receives every round; a checkpoint lies `behind` rounds before the end.
    dag_history(
        std::string const& folder, std::size_t validators, std::uint64_t rounds,
        std::uint64_t behind)
        : both{folder, "history", cairn::survives::process_crash},
          members{sequencer::committee::simulated(validators, 7)}
    {
        auto data = dag_data{validators};
        auto node = sequencer::node{
            both.ours(),
            {.members = members, .self = members.member(0), .checkpoints = {.every = 0}}};
        for (std::uint64_t round = 0; round < rounds; ++round) {
            for (auto const& each : node.receive({}, data.next_round()))
                require_same(each.what == sequencer::acceptance::stored, "a certificate is stored");
            if (round + 1 + behind == rounds) checkpoint(node.state());
        }
        auto part = std::vector<sequencer::certificate>{};
        for (auto const& c : both.ours()[sequencer::certificates].scan()) {
            part.push_back(c);
            if (part.size() == 1000) both.floor().save(part), part.clear();
        }
        if (!part.empty()) both.floor().save(part);
        both.reopen();
        touch_every_page();
    }

    sequencer::recovered_dag recover(recovery_strategy how)
    {
        auto keeper = sequencer::dag_keeper{members, {}, {}};
        return keeper.recover(both.ours(), how);
    }

    dag_pair both;
    sequencer::committee members;

private:
    /// A page of a mapped file costs a page fault when it is first touched, a quarter of what
    /// reading an author's certificates takes. Both sides pay it here, before anything is timed.
    void touch_every_page()
    {
        auto ours = std::size_t{0};
        for (std::size_t i = 0; i < members.size(); ++i)
            ours += sequencer::certificates_of_author(both.ours(), members.member(i)).size();
        require_same(ours == both.floor().load(members).size(), "the certificates of all authors");
    }
    void checkpoint(sequencer::dag_state const& state)
    {
        auto keeper = sequencer::dag_keeper{members, {}, {}};
        both.ours().write([&](sequencer::transaction& tx) {
            keeper.checkpoint(tx, state, sequencer::current_time());
        });
    }
};

void require_same_dag(sequencer::dag const& a, sequencer::dag const& b)
{
    require_same(
        a.size() == b.size() && a.fingerprint(a.size()) == b.fingerprint(b.size())
            && a.committed_count() == b.committed_count(),
        "the DAG that was loaded");
}

// Question: what does a recovery cost?
// Floor:    for `scratch`, a hand-written loader: rows, SHA-256 of each, DAG. For `checkpoint` and
//           `hybrid`, the library's own recovery from scratch.
void run_recoveries(dag_settings const& set, report& out, dag_history& h, std::string const& name)
{
    auto const from_scratch = [&](std::size_t) {
        return time_per_operation(1, [&] { h.recover(recovery_strategy::from_scratch); });
    };
    auto const by_hand = [&](std::size_t) {
        return time_per_operation(1, [&] { h.both.floor().load(h.members); });
    };
    auto const loaded = h.both.floor().load(h.members);
    if (set.wants("recover_scratch")) {
        require_same_dag(h.recover(recovery_strategy::from_scratch).state.graph(), loaded);
        out.add(
            "recover_scratch" + name, "sqlite", 1,
            compare(set.warm_up, set.repetitions, from_scratch, by_hand));
    }
    for (auto const& [label, how] :
         {std::pair{"recover_checkpoint", recovery_strategy::from_checkpoint},
          std::pair{"recover_hybrid", recovery_strategy::hybrid}}) {
        if (!set.wants(label)) continue;
        auto const found = h.recover(how);
        require_same(found.report.checkpoint.has_value(), "a checkpoint is used");
        require_same_dag(found.state.graph(), loaded);
        auto const strategy = how;
        auto const ours = [&](std::size_t) {
            return time_per_operation(1, [&] { h.recover(strategy); });
        };
        out.add(
            label + name, "sqlite", 1, compare(set.warm_up, set.repetitions, ours, from_scratch));
    }
}

/// Writes a checkpoint of what is stored, timed, and takes it away again.
spent time_checkpoint(dag_history& h, cairn::checkpoint_kind kind, double& bytes)
{
    auto keeper = sequencer::dag_keeper{h.members, {}, {}};
    auto const found = keeper.recover(h.both.ours(), recovery_strategy::hybrid);
    auto const before = sequencer::latest_checkpoint(h.both.ours());
    auto const result = time_per_operation(1, [&] {
        h.both.ours().write([&](sequencer::transaction& tx) {
            keeper.checkpoint(tx, found.state, sequencer::current_time(), kind);
        });
    });
    auto const written = *sequencer::latest_checkpoint(h.both.ours());
    require_same(!before || before->number != written.number, "a checkpoint is written");
    bytes = static_cast<double>(written.size_bytes);
    h.both.ours().write([&](sequencer::transaction& tx) {
        tx[cairn::checkpoint_chunks].prefix("dag", written.number).erase();
        tx[cairn::checkpoint_headers].erase("dag", written.number);
        tx[sequencer::dag_checkpoints].erase(written.round);
    });
    return result;
}

std::string bytes_of(sequencer::dag_state const& state)
{
    auto raw = std::string{};
    auto const keep = [&](std::span<std::byte const> block) {
        raw.append(reinterpret_cast<char const*>(block.data()), block.size());
    };
    auto out = cairn::checkpoint_writer{keep};
    state.save(out);
    out.finish();
    return raw;
}

// Question: what does a full checkpoint cost, in the transaction that it is written in?
// Floor:    the same bytes in one piece, compressed by zstd, into one row.
void run_full(dag_settings const& set, report& out, dag_history& h, std::string const& name)
{
    auto bytes = 0.0;
    auto const state = h.recover(recovery_strategy::hybrid).state;
    auto const ours = [&](std::size_t) {
        return time_checkpoint(h, cairn::checkpoint_kind::full, bytes);
    };
    auto const floor = [&](std::size_t) {
        return time_per_operation(1, [&] { h.both.floor().save_snapshot(bytes_of(state)); });
    };
    out.add(
        "checkpoint_full" + name, "sqlite", 1, compare(set.warm_up, set.repetitions, ours, floor));
}

// Question: what does the library add to reading one round, by the prefix of the key?
// Floor:    a prepared SELECT over the same key.
void run_round(
    dag_settings const& set, report& out, dag_history& h, std::string const& name,
    std::uint64_t rounds)
{
    auto ours = std::size_t{0}, floor = std::size_t{0};
    auto const time = [&](std::size_t repetition, auto const& read) {
        auto source = sequencer::dice{repetition};
        return time_per_operation(set.rounds, [&] {
            for (std::size_t i = 0; i < set.rounds; ++i) read(source.below(rounds));
        });
    };
    auto const result = compare(
        set.warm_up, set.repetitions,
        [&](std::size_t i) {
            return time(i, [&](std::uint64_t round) {
                ours += sequencer::certificates_of_round(h.both.ours(), round).size();
            });
        },
        [&](std::size_t i) {
            return time(
                i, [&](std::uint64_t round) { floor += h.both.floor().round(round).size(); });
        });
    require_same(ours == floor && ours != 0, "one round");
    out.add("one_round" + name, "sqlite", 1, result);
}

// Question: what does the library add to reading all certificates of an author, in round order?
// Floor:    a prepared SELECT over the same index.
void run_author(dag_settings const& set, report& out, dag_history& h, std::string const& name)
{
    auto ours = std::size_t{0}, floor = std::size_t{0};
    auto const author = [&](std::size_t i) { return h.members.member(i % h.members.size()); };
    auto const result = compare(
        set.warm_up, set.repetitions,
        [&](std::size_t i) {
            return time_per_operation(1, [&] {
                ours += sequencer::certificates_of_author(h.both.ours(), author(i)).size();
            });
        },
        [&](std::size_t i) {
            return time_per_operation(
                1, [&] { floor += h.both.floor().by_author(author(i)).size(); });
        });
    require_same(ours == floor && ours != 0, "one author");
    out.add("by_author" + name, "sqlite", 1, result);
}

} // namespace

void run_dag_history(
    dag_settings const& set, report& out, std::string const& folder, std::size_t validators,
    std::size_t certificates)
{
    auto const files = scratch{folder};
    auto const rounds = certificates / validators;
    auto h = dag_history{
        files.file("."), validators, rounds, std::min<std::uint64_t>(50, rounds / 2)};
    auto const name = "_n" + std::to_string(validators) + "_" + std::to_string(certificates / 1000)
        + "k";
    run_recoveries(set, out, h, name);
    if (set.wants("checkpoint_full")) run_full(set, out, h, name);
    if (set.wants("one_round")) run_round(set, out, h, name, rounds);
    if (set.wants("by_author")) run_author(set, out, h, name);
}

// Question: what is a delta of 100 rounds worth, at 1000 rounds?
// Floor:    the full checkpoint of the same state.
void run_dag_delta(dag_settings const& set, report& out, std::string const& folder)
{
    if (!set.wants("checkpoint_delta")) return;
    auto const files = scratch{folder};
    auto h = dag_history{files.file("."), 10, 1000, 100};
    auto delta = 0.0, full = 0.0;
    out.add(
        "checkpoint_delta", "sqlite", 1,
        compare(
            set.warm_up, set.repetitions,
            [&](std::size_t) {
                return time_checkpoint(h, cairn::checkpoint_kind::automatic, delta);
            },
            [&](std::size_t) { return time_checkpoint(h, cairn::checkpoint_kind::full, full); }));
    out.add_bytes("checkpoint_delta_size", "sqlite", delta, full);
}

} // namespace bench
