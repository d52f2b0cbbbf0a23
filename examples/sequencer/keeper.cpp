// SPDX-License-Identifier: BSL-1.0
// The plan of the DAG's recovery, and the list of its checkpoints.
#include "keeper.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace sequencer {

using namespace cairn::literals;

namespace {

struct empty_dag {
    committee members;
    reputation_config config;

    dag_state operator()() const { return dag_state{members, config}; }
};

/// Certificates by arrival, and then those that were committed since; the few performances whole.
auto make_plan(committee const& members, reputation_config const& config)
{
    return cairn::recovery<dag_state>(
               std::string{checkpointed_state}, 1,
               cairn::records(certificates).changed_by("commit"_by, true),
               cairn::records(performances).whole())
        .starting_from(empty_dag{members, config});
}

/// The plan under a name, which is all that symbols spell.
struct dag_plan : decltype(make_plan(
                      std::declval<committee const&>(), std::declval<reputation_config const&>())) {
};

struct teller {
    recovery_listener const& listener;

    void operator()(cairn::recovery_progress const& at) const
    {
        if (listener) listener(at);
    }
};

std::array<std::byte, 16> make_uuid()
{
    auto source = std::random_device{};
    auto id = std::array<std::byte, 16>{};
    for (auto& each : id) each = static_cast<std::byte>(source());
    id[6] = (id[6] & std::byte{0x0f}) | std::byte{0x40}; // version 4: random
    id[8] = (id[8] & std::byte{0x3f}) | std::byte{0x80};
    return id;
}

std::optional<std::uint64_t> round_of(
    std::vector<cairn::checkpoint_header> const& all, std::optional<std::uint64_t> number)
{
    for (auto const& each : all)
        if (number && each.number == *number) return each.position;
    return std::nullopt;
}

void leave_out_row(dag_node const& node, dag_state& state, cairn::recovery_report& report)
{
    constexpr auto const& shape = cairn::shape_of<certificate>;
    auto const key = cairn::make_key<certificate>(node.round, node.digest);
    auto const row = cairn::quarantined_record{
        std::string{shape.name}, cairn::key_path(shape, key),
        "its row, which is still to be marked, is damaged or gone"};
    state.lost(row);
    ++report.quarantined_count;
    if (report.quarantined.size() < cairn::recovery_report::most_quarantined)
        report.quarantined.push_back(row);
}

/// What a checkpoint has is not read again, and what was read need not be found by its key. But
/// what is not committed will be marked in its row: that this cannot be done has to be known before
/// anything is ordered.
void find_open_rows(snapshot const& view, dag_state& state, cairn::recovery_report& report)
{
    auto const& graph = state.graph();
    for (node_id id = 0; id < graph.size(); ++id) {
        auto const& node = graph[id];
        if (node.is_committed() || node.is_hole() || state.was_left_out(node.digest)) continue;
        if (!look_up(view[certificates], node.round, node.digest).whole)
            leave_out_row(node, state, report);
    }
}

} // namespace

struct dag_keeper::machinery {
    dag_plan what;
    cairn::checkpointer<dag_plan> keeper;

    machinery(
        committee const& members, reputation_config const& config,
        cairn::checkpoint_options const& options)
        : what{{make_plan(members, config)}}, keeper{what, options}
    {
    }

    /// Those that were pruned. A damaged entry does not tell which it is, and goes when it is older
    /// than all that are kept.
    static void unlist(transaction& tx, std::vector<cairn::checkpoint_header> const& all)
    {
        auto const oldest = std::min_element(
            all.begin(), all.end(),
            [](auto const& a, auto const& b) { return a.position < b.position; });
        tx[dag_checkpoints].prefix().until(oldest->position).erase();
        for (auto const& each : tx[dag_checkpoints].prefix().tolerate(leave_out{}).to_vector()) {
            auto const is_kept = std::any_of(all.begin(), all.end(), [&](auto const& header) {
                return header.number == each.number;
            });
            if (!is_kept) tx[dag_checkpoints].erase(each.round);
        }
    }

    /// Lists the newest checkpoint, and unlists those that were pruned. Not by `put`, which reads
    /// what it replaces.
    void list(transaction& tx, dag_state const& state, cairn::timestamp now)
    {
        auto const all = keeper.list(tx);
        unlist(tx, all);
        auto const& newest = all.front();
        tx[dag_checkpoints].erase(newest.position);
        tx[dag_checkpoints].insert(
            {.round = newest.position,
             .id = make_uuid(),
             .number = newest.number,
             .highest_round = state.position(),
             .certificate_count = state.graph().size(),
             .committed_count = state.graph().committed_count(),
             .created_at = now,
             .size_bytes = newest.stored_bytes,
             .base_round = round_of(all, newest.base),
             .checksum = newest.checksum});
    }
};

dag_keeper::dag_keeper(
    committee const& members, reputation_config const& config,
    cairn::checkpoint_options const& options)
    : machinery_{std::make_unique<machinery>(members, config, options)}
{
}

dag_keeper::~dag_keeper() = default;

recovered_dag dag_keeper::recover(
    database& db, cairn::recovery_strategy how, recovery_listener const& listener)
{
    return db.read([&](snapshot const& view) {
        auto found = machinery_->keeper.recover(view, {.strategy = how}, teller{listener});
        find_open_rows(view, found.state, found.report);
        found.state.finish();
        return recovered_dag{std::move(found.state), std::move(found.report)};
    });
}

bool dag_keeper::checkpoint_if_due(transaction& tx, dag_state const& state, cairn::timestamp now)
{
    if (state.is_damaged() || !machinery_->keeper.checkpoint_if_due(tx, state)) return false;
    machinery_->list(tx, state, now);
    return true;
}

bool dag_keeper::renew(transaction& tx, dag_state const& state, cairn::timestamp now)
{
    if (state.is_damaged() || machinery_->keeper.list(tx).empty()) return false;
    checkpoint(tx, state, now);
    return true;
}

void dag_keeper::checkpoint(
    transaction& tx, dag_state const& state, cairn::timestamp now, cairn::checkpoint_kind kind)
{
    if (state.is_damaged()) throw std::invalid_argument{"a damaged state takes no checkpoint"};
    machinery_->keeper.checkpoint(tx, state, kind);
    machinery_->list(tx, state, now);
}

} // namespace sequencer
