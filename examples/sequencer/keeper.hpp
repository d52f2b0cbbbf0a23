// SPDX-License-Identifier: BSL-1.0
// Checkpoints of the DAG, and its recovery, by the library's recovery layer.
#pragma once

#include "dag_state.hpp"
#include "database.hpp"

#include <functional>
#include <memory>

namespace sequencer {

struct recovered_dag {
    dag_state state;
    cairn::recovery_report report;
};

using recovery_listener = std::function<void(cairn::recovery_progress const&)>;

class dag_keeper {
public:
    dag_keeper(
        committee const& members, reputation_config const& config,
        cairn::checkpoint_options const& options);
    ~dag_keeper();
    dag_keeper(dag_keeper const&) = delete;
    dag_keeper& operator=(dag_keeper const&) = delete;

    /// The state as it is stored, ready to go on.
    /// @errors `not_found` if a checkpoint is demanded and none is good; those of the store.
    [[nodiscard]] recovered_dag recover(
        database& db, cairn::recovery_strategy how, recovery_listener const& listener = {});

    /// Writes a checkpoint of `state`, which must be what `tx` sees, if one is due; whether it did.
    /// Never of a damaged state: a checkpoint does not say what is lost, so that the next recovery
    /// would take it for whole.
    bool checkpoint_if_due(transaction& tx, dag_state const& state, cairn::timestamp now);

    /// Writes one, due or not, if there are any; whether it did. For when records were erased that
    /// those cover, so that they cannot be used any more. Never of a damaged state.
    bool renew(transaction& tx, dag_state const& state, cairn::timestamp now);

    /// Writes one now: a delta, if the last one and `kind` allow it.
    /// @errors `std::invalid_argument` for a damaged state.
    void checkpoint(
        transaction& tx, dag_state const& state, cairn::timestamp now,
        cairn::checkpoint_kind kind = cairn::checkpoint_kind::automatic);

private:
    struct machinery;
    std::unique_ptr<machinery> machinery_;
};

} // namespace sequencer
