// SPDX-License-Identifier: BSL-1.0
// The half of the consistency check that looks at what follows from the DAG: the order of commits,
// scores, counters and checkpoints.
#include "verify.hpp"

#include "convert.hpp"
#include "dag_store.hpp"
#include "verify_dag.hpp"

#include <cairn/encode/checksum.hpp>

#include <algorithm>
#include <map>

namespace sequencer {

using namespace cairn::literals;

std::size_t verification::count(fault what) const
{
    return static_cast<std::size_t>(std::count_if(
        found.begin(), found.end(), [&](violation const& each) { return each.what == what; }));
}

namespace {

std::string path_of(cairn::checkpoint_header const& header)
{
    return "checkpoint/" + header.state + "/" + std::to_string(header.number);
}

using sequencer::path_of;

class verifier {
public:
    verifier(
        snapshot const& view, consensus_metadata const& stored, reputation_config const& scoring,
        verify_listener const& listener)
        : view_{view}, stored_{stored}, members_{committee_of(stored)}, scoring_{scoring},
          checked_{check_dag(view, stored, result_, violations_, listener)}
    {
    }

    verification run()
    {
        check_order();
        check_reputation();
        check_counts();
        check_checkpoints();
        return std::move(result_);
    }

private:
    static std::string path_of_performance(std::uint64_t position)
    {
        return "/dag/performances/position/" + std::to_string(position);
    }

    void check_reputation()
    {
        auto window = std::deque<performance>{};
        auto stored = std::map<std::uint64_t, performance>{};
        auto recorded = std::uint64_t{0};
        auto rows = view_[performances].prefix().tolerate(
            violations_.damage(fault::undecodable, "the record"));
        for (auto const& row : rows) {
            auto const path = path_of_performance(row.position);
            if (!by_rule_ && recorded != 0 && row.position != recorded)
                violations_.report(
                    fault::wrong_reputation, path, "those between it and the last are missing");
            if (!members_.index_of(row.validator))
                return violations_.report(
                    fault::unknown_author, path, "of no member of the committee");
            recorded = row.position + 1;
            window.push_back(
                {row.validator, row.round, row.latency_ms, row.success, row.timestamp});
            stored.emplace(row.position, window.back());
        }
        if (by_rule_) check_performances(std::move(stored));
        auto judged = reputation{members_, scoring_};
        judged.restore(std::move(window), recorded);
        check_scores(judged);
    }

    /// The window is what the rule recorded last.
    void check_performances(std::map<std::uint64_t, performance> stored)
    {
        auto const wrong = [&](std::uint64_t position, char const* about) {
            violations_.report(fault::wrong_reputation, path_of_performance(position), about);
        };
        auto position = by_rule_->recorded() - by_rule_->window().size();
        for (auto const& p : by_rule_->window()) {
            auto const found = stored.extract(position);
            if (found.empty())
                wrong(position, "the rule records one, and it cannot be read");
            else if (found.mapped() != p)
                wrong(position, "the rule records another one");
            ++position;
        }
        for (auto const& each : stored) wrong(each.first, "the rule does not record it");
    }

    void check_scores(reputation const& judged)
    {
        auto stored = std::map<peer_id, double>{};
        for (auto const& row :
             view_[scores].scan().tolerate(violations_.damage(fault::undecodable, "the record")))
            stored.emplace(row.validator, row.score);
        for (auto const& id : members_.members()) {
            auto const found = stored.find(id);
            auto const score = found == stored.end() ? 1.0 : found->second;
            if (score != judged.score_of(id))
                violations_.report(
                    fault::wrong_reputation, "/dag/reputation/validator/" + to_base58(id),
                    std::to_string(score) + " is stored, its performances give "
                        + std::to_string(judged.score_of(id)));
        }
    }

    /// Runs the commit rule over the whole DAG again.
    void check_order()
    {
        if (!checked_.is_sound) return;
        result_.order_was_checked = true;
        auto again = ordering{members_, scoring_};
        commit_up_to(checked_.marked.size(), again);
        by_rule_ = again.leaders();
        commit_up_to(not_committed, again);
        std::sort(
            checked_.marked.begin(), checked_.marked.end(),
            [](known_mark const& a, known_mark const& b) { return a.position < b.position; });
        for (std::size_t i = 0; i < checked_.marked.size(); ++i) check_mark(i, checked_.marked[i]);
    }

    void commit_up_to(std::uint64_t positions, ordering& again)
    {
        while (again.next_position() < positions) {
            auto const next = again.next(checked_.graph);
            if (!next) return;
            again.apply(checked_.graph, *next);
        }
    }

    void check_mark(std::size_t place, known_mark const& mark)
    {
        auto const& node = checked_.graph[checked_.graph.find(mark.digest)];
        auto const path = path_of({.round = mark.round, .digest = mark.digest});
        if (mark.position != place)
            violations_.report(
                fault::wrong_order, path, "a position before it is nobody's, or taken twice");
        if (!node.is_committed())
            violations_.report(
                fault::wrong_mark, path, "it is marked, and the rule does not commit it");
        else if (node.commit_position != mark.position)
            violations_.report(
                fault::wrong_order, path,
                "the rule commits it at position " + std::to_string(node.commit_position));
        else if (node.committed_at_round != mark.at_round)
            violations_.report(
                fault::wrong_mark, path,
                "the anchor of round " + std::to_string(node.committed_at_round) + " commits it");
    }

    void check_counts()
    {
        compare("total_certificates", stored_.total_certificates, view_[certificates].count());
        compare(
            "total_committed", stored_.total_committed,
            view_[certificates].by("commit"_by, true).count());
        compare("total_batches", stored_.total_batches, view_[batches].count());
        compare("total_transactions", stored_.total_transactions, checked_.transactions);
        auto const newest = view_[certificates]
                                .prefix()
                                .reversed()
                                .tolerate([](cairn::corrupt_record const&) {})
                                .first();
        compare("current_round", stored_.current_round, newest ? newest->round : 0);
        compare_rounds();
    }

    void compare_rounds()
    {
        auto highest = std::optional<std::uint64_t>{};
        for (auto const& mark : checked_.marked)
            if (mark.at_round) highest = std::max(highest.value_or(0), *mark.at_round);
        compare("highest_committed_round", stored_.highest_committed_round, highest.value_or(0));
        compare("last_anchor_round", stored_.last_anchor_round, highest);
        compare("last_proposed_round", stored_.last_proposed_round, checked_.newest_own);
    }

    static std::string text_of(std::optional<std::uint64_t> const& number)
    {
        return number ? std::to_string(*number) : "absent";
    }

    void compare(
        std::string const& name, std::optional<std::uint64_t> stored,
        std::optional<std::uint64_t> found)
    {
        if (stored != found)
            violations_.report(
                fault::wrong_count, "/dag/metadata/id/current",
                name + " is " + text_of(stored) + ", and the records give " + text_of(found));
    }

    /// The list of checkpoints against the library's own records. Whether a snapshot loads is for
    /// a recovery to say; here it is that nothing of it is missing, or other than it was written.
    void check_checkpoints()
    {
        auto const all = headers();
        for (auto const& each : all) check_chunks(each);
        auto rows = view_[dag_checkpoints].prefix().tolerate(
            violations_.damage(fault::undecodable, "the record"));
        auto newest = std::uint64_t{0};
        for (auto const& row : rows) {
            newest = std::max(newest, row.number);
            check_entry(row, all);
        }
        if (!all.empty() && all.back().number > newest)
            violations_.report(
                fault::wrong_checkpoint, path_of(all.back()), "the newest, and it is not listed");
    }

    /// By number.
    std::vector<cairn::checkpoint_header> headers()
    {
        return view_[cairn::checkpoint_headers]
            .prefix(std::string{checkpointed_state})
            .tolerate(violations_.damage(fault::undecodable, "the record"))
            .to_vector();
    }

    static cairn::checkpoint_header const* find(
        std::vector<cairn::checkpoint_header> const& all, std::optional<std::uint64_t> number)
    {
        auto const at = std::find_if(
            all.begin(), all.end(), [&](auto const& each) { return each.number == number; });
        return at == all.end() ? nullptr : &*at;
    }

    void check_entry(dag_checkpoint const& row, std::vector<cairn::checkpoint_header> const& all)
    {
        auto const path = "/dag/checkpoints/round/" + std::to_string(row.round);
        auto const wrong = [&](std::string about) {
            violations_.report(fault::wrong_checkpoint, path, std::move(about));
        };
        auto const* const header = find(all, row.number);
        if (header == nullptr)
            return wrong("checkpoint " + std::to_string(row.number) + " is not there");
        auto const* const base = find(all, header->base);
        auto const base_round = base ? std::optional{base->position} : std::nullopt;
        if (row.round != header->position || row.highest_round != header->position)
            wrong("its header is of round " + std::to_string(header->position));
        if (row.size_bytes != header->stored_bytes)
            wrong("its header has " + std::to_string(header->stored_bytes) + " bytes");
        if (row.checksum != header->checksum) wrong("its header has another checksum");
        if (row.base_round != base_round) wrong("its header's base is of another round");
    }

    void check_chunks(cairn::checkpoint_header const& header)
    {
        auto const path = path_of(header);
        auto const wrong = [&](std::size_t chunk, char const* what) {
            violations_.report(
                fault::wrong_checkpoint, path, "chunk " + std::to_string(chunk) + what);
        };
        auto is_damaged = false;
        auto hear = violations_.damage(fault::undecodable, "the record");
        auto rows = view_[cairn::checkpoint_chunks]
                        .prefix(header.state, header.number)
                        .tolerate([&](cairn::corrupt_record const& damage) {
                            is_damaged = true;
                            hear(damage);
                        });
        auto found = std::set<std::size_t>{};
        for (auto const& each : rows) {
            found.insert(each.index);
            if (each.index >= header.chunks.size())
                wrong(each.index, " is one too many");
            else if (cairn::checksum(each.data) != header.chunks[each.index])
                wrong(each.index, " is not the one that was written");
        }
        for (std::size_t i = 0; i < header.chunks.size(); ++i)
            if (!is_damaged && found.count(i) == 0) wrong(i, " is missing");
    }

    snapshot const& view_;
    consensus_metadata const& stored_;
    committee members_;
    reputation_config scoring_;
    verification result_{};
    findings violations_{result_};
    checked_dag checked_;
    std::optional<reputation> by_rule_{}; ///< what belongs to the marks, if that can be told
};

} // namespace

verification verify(database& db, reputation_config const& scoring, verify_listener const& listener)
{
    return db.read([&](auto& view) {
        auto const stored = view[metadata].find();
        if (!stored) return verification{};
        return verifier{view, *stored, scoring, listener}.run();
    });
}

} // namespace sequencer
