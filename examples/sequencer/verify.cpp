// SPDX-License-Identifier: BSL-1.0
// The consistency check.
#include "verify.hpp"

#include "convert.hpp"
#include "dag_store.hpp"
#include "digest.hpp"
#include "inspect.hpp"

#include <cairn/describe/key_path.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace sequencer {

using namespace cairn::literals;

std::size_t verification::count(fault what) const
{
    return static_cast<std::size_t>(std::count_if(
        found.begin(), found.end(), [&](violation const& each) { return each.what == what; }));
}

namespace {

std::string path_of(certificate const& c)
{
    return "/dag/certificates/round/" + std::to_string(c.round) + "/digest/" + to_hex(c.digest);
}

std::string path_of(batch const& b)
{
    return "/dag/batches/digest/" + to_hex(b.digest);
}

/// What has to be known of every certificate to check the others.
struct known_certificate {
    std::uint64_t round = 0;
    hash32 batch{};
    bool by_key = false;
    bool by_author = false;
    bool by_commit = false;
};

/// A stored mark.
struct known_mark {
    std::optional<std::uint64_t> position{};
    std::optional<std::uint64_t> at_round{};
    std::uint64_t round = 0;
    hash32 digest{};
};

class verifier {
public:
    verifier(
        snapshot const& view, consensus_metadata const& stored, reputation_config const& scoring,
        verify_listener const& listener)
        : view_{view}, stored_{stored}, members_{committee_of(stored)}, scoring_{scoring},
          listener_{listener}, graph_{members_}
    {
    }

    verification run()
    {
        learn_certificates();
        check_certificates();
        check_indexes();
        check_batches();
        check_reputation();
        check_order();
        check_counts();
        return std::move(result_);
    }

private:
    void report(fault what, std::string place, std::string about)
    {
        result_.found.push_back({what, std::move(place), std::move(about)});
    }

    auto report_damage(fault what, std::string const& by)
    {
        return [this, what, by](cairn::corrupt_record const& damage) {
            if (damaged_.insert(damage.key()).second || what == fault::wrong_index)
                report(what, damage.key(), by + ": " + damage.message());
        };
    }

    void learn_certificates()
    {
        auto all = view_[certificates].scan().tolerate(
            report_damage(fault::undecodable, "the record"));
        for (auto const& c : all) {
            known_.emplace(c.digest, known_certificate{.round = c.round, .batch = c.batch_digest});
            if (c.batch_digest != no_batch) users_[c.batch_digest].insert(c.digest);
        }
        result_.certificates = view_[certificates].count();
    }

    /// In the order of the key, so that parents come before their children.
    void check_certificates()
    {
        auto done = std::uint64_t{0};
        auto all = view_[certificates].prefix().tolerate(
            report_damage(fault::undecodable, "the record"));
        for (auto const& c : all) {
            check_alone(c);
            check_slot(c);
            check_parents(c);
            if (auto const at = known_.find(c.digest); at != known_.end()) at->second.by_key = true;
            graph_.insert(c);
            if (c.committed)
                marked_.push_back({c.commit_position, c.committed_at_round, c.round, c.digest});
            if (listener_ && (++done % 1024 == 0 || done == result_.certificates))
                listener_(done, result_.certificates);
        }
    }

    void check_alone(certificate const& c)
    {
        auto const wrong = inspect(c, members_);
        if (wrong == fault::none) return;
        report(wrong, path_of(c), "as it is alone");
        if (wrong != fault::digest_mismatch && digest_of(c) != c.digest)
            report(fault::digest_mismatch, path_of(c), "the content has another digest");
    }

    void check_slot(certificate const& c)
    {
        auto const [at, is_first] = slots_.emplace(std::pair{c.author, c.round}, c.digest);
        if (!is_first)
            report(
                fault::equivocation, path_of(c),
                "its author also has " + to_hex(at->second) + " in this round");
    }

    void check_parents(certificate const& c)
    {
        auto just_before = std::size_t{0};
        auto seen = std::set<hash32>{};
        for (auto const& digest : c.parents) {
            auto const parent = known_.find(digest);
            if (parent == known_.end())
                report(fault::missing_parent, path_of(c), "parent " + to_hex(digest));
            else if (parent->second.round >= c.round)
                report(
                    fault::parent_not_earlier, path_of(c),
                    "parent " + to_hex(digest) + " is of round "
                        + std::to_string(parent->second.round));
            if (!seen.insert(digest).second)
                report(fault::repeated_parent, path_of(c), "parent " + to_hex(digest));
            else if (parent != known_.end() && parent->second.round + 1 == c.round)
                ++just_before;
        }
        if (c.round != 0 && just_before < members_.quorum())
            report(
                fault::too_few_parents, path_of(c),
                std::to_string(just_before) + " of " + std::to_string(members_.quorum())
                    + " in the round before");
    }

    void check_indexes()
    {
        for (auto const& author : authors()) {
            auto last = std::uint64_t{0};
            auto mine = view_[certificates]
                            .by("author"_by, author)
                            .tolerate(report_damage(fault::wrong_index, "by author"));
            for (auto const& c : mine) {
                note(c, &known_certificate::by_author);
                if (c.author != author || c.round < last)
                    report(fault::wrong_index, path_of(c), "author: it is not at its place");
                last = c.round;
            }
        }
        for (auto const committed : {false, true}) check_commit_index(committed);
        for (auto const& [digest, seen] : known_) {
            auto const path = path_of({.round = seen.round, .digest = digest});
            if (!seen.by_key) report(fault::wrong_index, path, "key: it is not found by it");
            if (!seen.by_author) report(fault::wrong_index, path, "author: it is not in the index");
            if (!seen.by_commit) report(fault::wrong_index, path, "commit: it is not in the index");
        }
    }

    void check_commit_index(bool committed)
    {
        auto last = std::optional<std::uint64_t>{};
        auto all = view_[certificates]
                       .by("commit"_by, committed)
                       .tolerate(report_damage(fault::wrong_index, "by commit"));
        for (auto const& c : all) {
            note(c, &known_certificate::by_commit);
            if (c.committed != committed || (last && c.commit_position < last))
                report(fault::wrong_index, path_of(c), "commit: it is not at its place");
            last = c.commit_position;
        }
    }

    void note(certificate const& c, bool known_certificate::*where)
    {
        if (auto const at = known_.find(c.digest); at != known_.end()) at->second.*where = true;
    }

    std::set<peer_id> authors() const
    {
        auto result = std::set<peer_id>{members_.members().begin(), members_.members().end()};
        for (auto const& [slot, digest] : slots_) result.insert(slot.first);
        return result;
    }

    void check_batches()
    {
        auto all = view_[batches].scan().tolerate(report_damage(fault::undecodable, "the record"));
        for (auto const& b : all) {
            ++result_.batches;
            transactions_ += b.transaction_count;
            if (auto const wrong = inspect(b); wrong != fault::none)
                report(wrong, path_of(b), "as it is alone");
            check_reference(b);
            check_batch_indexes(b);
            users_.erase(b.digest);
        }
        for (auto const& [digest, certificates_of_it] : users_)
            for (auto const& user : certificates_of_it)
                report(
                    fault::missing_batch, path_of({.round = known_.at(user).round, .digest = user}),
                    "batch " + to_hex(digest));
    }

    void check_reference(batch const& b)
    {
        auto const users = users_.find(b.digest);
        auto const is_used = users != users_.end();
        if (!b.referenced_by_certificate) {
            if (is_used)
                report(
                    fault::wrong_reference, path_of(b),
                    "certificate " + to_hex(*users->second.begin()) + " is not noted");
        } else if (!is_used || users->second.count(*b.referenced_by_certificate) == 0) {
            report(
                fault::wrong_reference, path_of(b),
                "certificate " + to_hex(*b.referenced_by_certificate) + " does not have it");
        }
    }

    void check_batch_indexes(batch const& b)
    {
        auto const is_it = [&](batch const& other) { return other.digest == b.digest; };
        auto const is_in = [&](auto range) {
            for (auto const& each : range.tolerate([](cairn::corrupt_record const&) {}))
                if (is_it(each)) return true;
            return false;
        };
        if (authors_of_batches_.insert(b.author).second)
            for (auto const& each : view_[batches]
                                        .by("author"_by, b.author)
                                        .tolerate(report_damage(fault::wrong_index, "by author")))
                found_by_author_.insert(each.digest);
        if (found_by_author_.count(b.digest) == 0)
            report(fault::wrong_index, path_of(b), "author: it is not in the index");
        if (b.referenced_by_certificate
            && !is_in(view_[batches].by("reference"_by, b.referenced_by_certificate)))
            report(fault::wrong_index, path_of(b), "reference: it is not in the index");
        if (b.referenced_by_certificate) return;
        if (!unreferenced_) {
            unreferenced_.emplace();
            for (auto const& each :
                 view_[batches]
                     .by("reference"_by, std::nullopt)
                     .tolerate(report_damage(fault::wrong_index, "by reference")))
                unreferenced_->insert(each.digest);
        }
        if (unreferenced_->count(b.digest) == 0)
            report(fault::wrong_index, path_of(b), "reference: it is not in the index");
    }

    void check_reputation()
    {
        auto window = std::deque<performance>{};
        auto recorded = std::uint64_t{0};
        auto rows = view_[performances].prefix().tolerate(
            report_damage(fault::undecodable, "the record"));
        for (auto const& row : rows) {
            auto const path = "/dag/performances/position/" + std::to_string(row.position);
            if (recorded != 0 && row.position != recorded)
                report(fault::wrong_reputation, path, "those between it and the last are missing");
            if (!members_.index_of(row.validator))
                return report(fault::unknown_author, path, "of no member of the committee");
            recorded = row.position + 1;
            window.push_back(
                {row.validator, row.round, row.latency_ms, row.success, row.timestamp});
        }
        auto judged = reputation{members_, scoring_};
        judged.restore(std::move(window), recorded);
        check_scores(judged);
    }

    void check_scores(reputation const& judged)
    {
        auto stored = std::map<peer_id, double>{};
        for (auto const& row :
             view_[scores].scan().tolerate(report_damage(fault::undecodable, "the record")))
            stored.emplace(row.validator, row.score);
        for (auto const& id : members_.members()) {
            auto const found = stored.find(id);
            auto const score = found == stored.end() ? 1.0 : found->second;
            if (score != judged.score_of(id))
                report(
                    fault::wrong_reputation, "/dag/reputation/validator/" + to_base58(id),
                    std::to_string(score) + " is stored, its performances give "
                        + std::to_string(judged.score_of(id)));
        }
    }

    /// Runs the commit rule over the whole DAG again.
    void check_order()
    {
        if (!result_.found.empty()) return;
        result_.order_was_checked = true;
        auto again = ordering{members_, scoring_};
        while (auto const next = again.next(graph_)) again.apply(graph_, *next);
        std::sort(marked_.begin(), marked_.end(), [](known_mark const& a, known_mark const& b) {
            return a.position < b.position;
        });
        for (std::size_t i = 0; i < marked_.size(); ++i) check_mark(i, marked_[i]);
    }

    void check_mark(std::size_t place, known_mark const& mark)
    {
        auto const& node = graph_[graph_.find(mark.digest)];
        auto const path = path_of({.round = mark.round, .digest = mark.digest});
        if (mark.position != place)
            report(fault::wrong_order, path, "a position before it is nobody's, or taken twice");
        if (!node.is_committed())
            report(fault::wrong_mark, path, "it is marked, and the rule does not commit it");
        else if (node.commit_position != mark.position)
            report(
                fault::wrong_order, path,
                "the rule commits it at position " + std::to_string(node.commit_position));
        else if (node.committed_at_round != mark.at_round)
            report(
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
        compare("total_transactions", stored_.total_transactions, transactions_);
        auto const newest = view_[certificates]
                                .prefix()
                                .reversed()
                                .tolerate([](cairn::corrupt_record const&) {})
                                .first();
        compare("current_round", stored_.current_round, newest ? newest->round : 0);
    }

    void compare(std::string const& name, std::uint64_t stored, std::uint64_t counted)
    {
        if (stored != counted)
            report(
                fault::wrong_count, "/dag/metadata/id/current",
                name + " is " + std::to_string(stored) + ", and there are "
                    + std::to_string(counted));
    }

    snapshot const& view_;
    consensus_metadata const& stored_;
    committee members_;
    reputation_config scoring_;
    verify_listener const& listener_;
    dag graph_;
    verification result_{};
    std::set<std::string> damaged_{};
    std::unordered_map<hash32, known_certificate, hash_of_random_bytes> known_{};
    std::map<std::pair<peer_id, std::uint64_t>, hash32> slots_{};
    std::map<hash32, std::set<hash32>> users_{};
    std::set<peer_id> authors_of_batches_{};
    std::set<hash32> found_by_author_{};
    std::optional<std::set<hash32>> unreferenced_{};
    std::vector<known_mark> marked_{};
    std::uint64_t transactions_ = 0;
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
