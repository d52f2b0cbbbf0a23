// SPDX-License-Identifier: BSL-1.0
// Follows one chain for one AVS, block by block.
#pragma once

#include "chain.hpp"
#include "directory.hpp"
#include "reorg.hpp"

namespace aggregator {

/// What one poll did.
struct poll_report {
    std::uint64_t blocks = 0;
    std::uint64_t tasks = 0;
    bool reorganised = false;
    bool behind = false; ///< there is more to do at once
};

class poller {
public:
    poller(database& db, chain_reader& chain, avs_directory& directory, watch what)
        : db_{db}, chain_{chain}, directory_{directory}, watch_{what}
    {
    }

    /// Undoes a reorganisation if there was one, then processes new blocks, each with its tasks
    /// and the cursor in one transaction.
    ///
    /// @errors    `chain_error`: the chain gave no usable answer, to be asked again later. Every
    ///            other error is final: the poller must not go on.
    /// @guarantee After an error, each block is stored with all its tasks or not at all.
    poll_report poll(cairn::timestamp now);

    [[nodiscard]] watch const& watched() const { return watch_; }

private:
    void check_identity();
    bool undo_reorganisation(progress const& known, std::uint64_t head, cairn::timestamp now);
    bool process(std::uint64_t number, cairn::timestamp now, poll_report& report);
    void log_reorganisation(reorganisation const& found, undone const& removed) const;

    database& db_;
    chain_reader& chain_;
    avs_directory& directory_;
    watch watch_;
    bool identified_ = false;
};

} // namespace aggregator
