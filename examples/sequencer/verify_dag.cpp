// SPDX-License-Identifier: BSL-1.0
// Certificates, batches and their indexes, checked one by one and against each other.
#include "verify_dag.hpp"

#include "convert.hpp"
#include "dag_store.hpp"
#include "digest.hpp"
#include "inspect.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace sequencer {

using namespace cairn::literals;

std::string path_of(certificate const& c)
{
    return "/dag/certificates/round/" + std::to_string(c.round) + "/digest/" + to_hex(c.digest);
}

namespace {

std::string path_of(batch const& b)
{
    return "/dag/batches/digest/" + to_hex(b.digest);
}

using sequencer::path_of;

/// What has to be known of every certificate to check the others.
struct known_certificate {
    std::uint64_t round = 0;
    hash32 batch{};
    bool by_key = false;
    bool by_author = false;
    bool by_commit = false;
};

class dag_checker {
public:
    dag_checker(
        snapshot const& view, consensus_metadata const& stored, verification& result,
        findings& violations, verify_listener const& listener)
        : view_{view}, stored_{stored}, members_{committee_of(stored)}, result_{result},
          violations_{violations}, listener_{listener}, checked_{dag{members_}}
    {
    }

    checked_dag run()
    {
        learn_certificates();
        check_certificates();
        checked_.is_sound = result_.found.empty() && checked_.graph.size() == result_.certificates;
        check_indexes();
        check_batches();
        return std::move(checked_);
    }

private:
    void learn_certificates()
    {
        auto all = view_[certificates].scan().tolerate(
            violations_.damage(fault::undecodable, "the record"));
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
            violations_.damage(fault::undecodable, "the record"));
        for (auto const& c : all) {
            check_alone(c);
            check_slot(c);
            check_parents(c);
            if (auto const at = known_.find(c.digest); at != known_.end())
                at->second.by_key = view_[certificates].contains(c.round, c.digest);
            checked_.graph.insert(c);
            if (c.committed)
                checked_.marked.push_back(
                    {c.commit_position, c.committed_at_round, c.round, c.digest});
            if (listener_ && (++done % 1024 == 0 || done == result_.certificates))
                listener_(done, result_.certificates);
        }
    }

    void check_alone(certificate const& c)
    {
        auto const wrong = inspect(c, members_);
        if (wrong == fault::none) return;
        violations_.report(wrong, path_of(c), "as it is alone");
        if (wrong != fault::digest_mismatch && digest_of(c) != c.digest)
            violations_.report(
                fault::digest_mismatch, path_of(c), "the content has another digest");
    }

    void check_slot(certificate const& c)
    {
        if (c.author == stored_.validator_peer_id) checked_.newest_own = c.round; // they ascend
        auto const [at, is_first] = slots_.emplace(std::pair{c.author, c.round}, c.digest);
        if (!is_first)
            violations_.report(
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
                violations_.report(fault::missing_parent, path_of(c), "parent " + to_hex(digest));
            else if (parent->second.round >= c.round)
                violations_.report(
                    fault::parent_not_earlier, path_of(c),
                    "parent " + to_hex(digest) + " is of round "
                        + std::to_string(parent->second.round));
            if (!seen.insert(digest).second)
                violations_.report(fault::repeated_parent, path_of(c), "parent " + to_hex(digest));
            else if (parent != known_.end() && parent->second.round + 1 == c.round)
                ++just_before;
        }
        if (c.round != 0 && just_before < members_.quorum())
            violations_.report(
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
                            .tolerate(violations_.damage(fault::wrong_index, "by author"));
            for (auto const& c : mine) {
                note(c, &known_certificate::by_author);
                if (c.author != author || c.round < last)
                    violations_.report(
                        fault::wrong_index, path_of(c), "author: it is not at its place");
                last = c.round;
            }
        }
        for (auto const committed : {false, true}) check_commit_index(committed);
        for (auto const& [digest, seen] : known_) {
            auto const path = path_of({.round = seen.round, .digest = digest});
            if (!seen.by_key)
                violations_.report(fault::wrong_index, path, "key: it is not found by it");
            if (!seen.by_author)
                violations_.report(fault::wrong_index, path, "author: it is not in the index");
            if (!seen.by_commit)
                violations_.report(fault::wrong_index, path, "commit: it is not in the index");
        }
    }

    void check_commit_index(bool committed)
    {
        auto last = std::optional<std::uint64_t>{};
        auto all = view_[certificates]
                       .by("commit"_by, committed)
                       .tolerate(violations_.damage(fault::wrong_index, "by commit"));
        for (auto const& c : all) {
            note(c, &known_certificate::by_commit);
            if (c.committed != committed || (last && c.commit_position < last))
                violations_.report(
                    fault::wrong_index, path_of(c), "commit: it is not at its place");
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
        auto all = view_[batches].scan().tolerate(
            violations_.damage(fault::undecodable, "the record"));
        for (auto const& b : all) {
            ++result_.batches;
            checked_.transactions += b.transaction_count;
            if (auto const wrong = inspect(b); wrong != fault::none)
                violations_.report(wrong, path_of(b), "as it is alone");
            check_reference(b);
            check_batch_indexes(b);
            users_.erase(b.digest);
        }
        for (auto const& [digest, certificates_of_it] : users_)
            for (auto const& user : certificates_of_it)
                violations_.report(
                    fault::missing_batch, path_of({.round = known_.at(user).round, .digest = user}),
                    "batch " + to_hex(digest));
    }

    void check_reference(batch const& b)
    {
        auto const users = users_.find(b.digest);
        auto const is_used = users != users_.end();
        if (!b.referenced_by_certificate) {
            if (is_used)
                violations_.report(
                    fault::wrong_reference, path_of(b),
                    "certificate " + to_hex(*users->second.begin()) + " is not noted");
        } else if (!is_used || users->second.count(*b.referenced_by_certificate) == 0) {
            violations_.report(
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
            for (auto const& each :
                 view_[batches]
                     .by("author"_by, b.author)
                     .tolerate(violations_.damage(fault::wrong_index, "by author")))
                found_by_author_.insert(each.digest);
        if (found_by_author_.count(b.digest) == 0)
            violations_.report(fault::wrong_index, path_of(b), "author: it is not in the index");
        if (b.referenced_by_certificate
            && !is_in(view_[batches].by("reference"_by, b.referenced_by_certificate)))
            violations_.report(fault::wrong_index, path_of(b), "reference: it is not in the index");
        if (b.referenced_by_certificate) return;
        if (!unreferenced_) {
            unreferenced_.emplace();
            for (auto const& each :
                 view_[batches]
                     .by("reference"_by, std::nullopt)
                     .tolerate(violations_.damage(fault::wrong_index, "by reference")))
                unreferenced_->insert(each.digest);
        }
        if (unreferenced_->count(b.digest) == 0)
            violations_.report(fault::wrong_index, path_of(b), "reference: it is not in the index");
    }

    snapshot const& view_;
    consensus_metadata const& stored_;
    committee members_;
    verification& result_;
    findings& violations_;
    verify_listener const& listener_;
    checked_dag checked_;
    std::unordered_map<hash32, known_certificate, hash_of_random_bytes> known_{};
    std::map<std::pair<peer_id, std::uint64_t>, hash32> slots_{};
    std::map<hash32, std::set<hash32>> users_{};
    std::set<peer_id> authors_of_batches_{};
    std::set<hash32> found_by_author_{};
    std::optional<std::set<hash32>> unreferenced_{};
};

} // namespace

checked_dag check_dag(
    snapshot const& view, consensus_metadata const& stored, verification& result,
    findings& violations, verify_listener const& listener)
{
    return dag_checker{view, stored, result, violations, listener}.run();
}

} // namespace sequencer
