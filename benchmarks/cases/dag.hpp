// SPDX-License-Identifier: BSL-1.0
// What the DAG's cases share: how much of everything, and two stores with the same certificates.
#pragma once

#include "../contestants/dag_by_hand.hpp"
#include "../support/dag_data.hpp"
#include "../support/measure.hpp"
#include "../support/report.hpp"
#include "../support/scratch.hpp"

#include "dag_store.hpp"
#include "keeper.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench {

struct dag_settings {
    std::vector<std::size_t> histories{1000, 10'000, 100'000}; ///< certificates
    std::size_t warm_up = 1;
    std::size_t repetitions = 7;
    std::size_t saves = 200; ///< of single certificates, per repetition
    std::size_t rounds = 50; ///< saved, and read, per repetition
    std::size_t batches = 10'000;
    std::string only{};

    bool wants(std::string const& name) const { return only.empty() || only == name; }
};

inline void require_same(bool holds, std::string const& what)
{
    if (!holds) throw std::runtime_error("the two did not do the same work: " + what);
}

/// A store of the sequencer and one by hand, with the same certificates in the same order.
class dag_pair {
public:
    /// A long history may be `filled` without a sync for each round; `reopen` ends that.
    dag_pair(
        std::string const& folder, std::string const& name,
        cairn::survives filled = cairn::survives::power_loss)
        : ours_file_{folder + "/" + name + ".ours.db"}, floor_file_{
                                                            folder + "/" + name + ".floor.db"}
    {
        open(filled);
    }

    sequencer::database& ours() { return *ours_; }
    dag_by_hand& floor() { return *floor_; }

    /// As a program finds them when it starts.
    void reopen()
    {
        ours_.reset();
        floor_.reset();
        open(cairn::survives::power_loss);
    }

    /// Without logs; both must be closed.
    static double bytes_of(std::string const& file)
    {
        return static_cast<double>(std::filesystem::file_size(file));
    }
    std::pair<double, double> close_and_measure()
    {
        ours_.reset();
        floor_.reset();
        auto const sizes = std::pair{bytes_of(ours_file_), bytes_of(floor_file_)};
        open(cairn::survives::power_loss);
        return sizes;
    }

private:
    void open(cairn::survives what)
    {
        ours_ = std::make_unique<sequencer::database>(
            cairn::sqlite_options{.path = ours_file_, .survives = what});
        floor_ = std::make_unique<dag_by_hand>(floor_file_);
    }

    std::string ours_file_;
    std::string floor_file_;
    std::unique_ptr<sequencer::database> ours_{};
    std::unique_ptr<dag_by_hand> floor_{};
};

/// Certificate save, durable and in transactions of one round; batches; sizes.
void run_dag_saving(dag_settings const& set, report& out, std::string const& folder);

/// Recovery by every strategy, checkpoints, one round, one author.
void run_dag_history(
    dag_settings const& set, report& out, std::string const& folder, std::size_t validators,
    std::size_t certificates);

/// A delta at 1000 rounds against the full checkpoint.
void run_dag_delta(dag_settings const& set, report& out, std::string const& folder);

} // namespace bench
