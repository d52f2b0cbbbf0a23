// SPDX-License-Identifier: BSL-1.0
// The commands that look at a store: `recover`, `verify`, `dot`, `stats`.
#include "commands.hpp"

#include "convert.hpp"
#include "keeper.hpp"
#include "opening.hpp"
#include "picture.hpp"
#include "progress.hpp"
#include "verify.hpp"

#include <iostream>

namespace sequencer {

using namespace cairn::literals;

namespace {

std::string text_of(std::optional<std::uint64_t> const& number)
{
    return number ? std::to_string(*number) : "null";
}

void print_json(consensus_metadata const& m)
{
    std::cout << "{\"current_round\":" << m.current_round
              << ",\"highest_committed_round\":" << m.highest_committed_round
              << ",\"last_anchor_round\":" << text_of(m.last_anchor_round)
              << ",\"last_proposed_round\":" << text_of(m.last_proposed_round)
              << ",\"validator\":\"" << to_base58(m.validator_peer_id)
              << "\",\"committee_size\":" << m.committee_size
              << ",\"committee_epoch\":" << m.committee_epoch
              << ",\"total_certificates\":" << m.total_certificates
              << ",\"total_committed\":" << m.total_committed
              << ",\"total_batches\":" << m.total_batches
              << ",\"total_transactions\":" << m.total_transactions;
}

/// `damaged` in its place if that is what its row is.
void print_score(database& db, peer_id const& id, char const* damaged)
{
    auto const found = look_up(db[scores], id);
    if (found.is_damaged)
        std::cout << damaged;
    else
        std::cout << (found.whole ? found.whole->score : 1.0);
}

/// None of them is read.
std::uint64_t count_unreferenced(database& db)
{
    return db[batches].by("reference"_by, std::nullopt).count();
}

void print_json(database& db, consensus_metadata const& m)
{
    print_json(m);
    std::cout << ",\"unreferenced_batches\":" << count_unreferenced(db) << ",\"scores\":{";
    auto const* separator = "";
    for (auto const& id : m.committee) {
        std::cout << separator << '"' << to_base58(id) << "\":";
        print_score(db, id, "null");
        separator = ",";
    }
    std::cout << "},\"checkpoints\":[";
    separator = "";
    auto listed = db[dag_checkpoints].prefix().tolerate(leave_out{});
    for (auto const& each : listed) {
        std::cout << separator << "{\"round\":" << each.round << ",\"bytes\":" << each.size_bytes
                  << ",\"base_round\":" << text_of(each.base_round) << '}';
        separator = ",";
    }
    std::cout << "]}\n";
}

void print_text(database& db, consensus_metadata const& m)
{
    std::cout << "validator            " << to_base58(m.validator_peer_id)
              << "\ncommittee            " << m.committee_size << " validators, epoch "
              << m.committee_epoch << "\nround                " << m.current_round
              << "\nproposed up to       " << text_of(m.last_proposed_round)
              << "\nlast anchor          " << text_of(m.last_anchor_round)
              << "\ncertificates         " << m.total_certificates << ", " << m.total_committed
              << " committed\nbatches              " << m.total_batches << ", "
              << count_unreferenced(db) << " unreferenced\ntransactions         "
              << m.total_transactions << "\nscores\n";
    for (auto const& id : m.committee) {
        std::cout << "  " << to_base58(id) << "  ";
        print_score(db, id, "damaged");
        std::cout << '\n';
    }
    std::cout << "checkpoints\n";
    auto listed = db[dag_checkpoints].prefix().tolerate([](cairn::corrupt_record const& damage) {
        std::cout << "  damaged: " << damage.key() << '\n';
    });
    for (auto const& each : listed)
        std::cout << "  round " << each.round << ": " << each.size_bytes << " bytes, "
                  << each.certificate_count << " certificates, "
                  << (each.base_round ? "delta on round " + std::to_string(*each.base_round)
                                      : std::string{"full"})
                  << '\n';
}

} // namespace

int recover_store(command_options const& options)
{
    auto db = open_to_read(options);
    auto const members = committee_of(*load_metadata(*db));
    auto keeper = dag_keeper{members, {}, {}};
    auto shown = progress{"recovering", options.quiet};
    auto const found = keeper.recover(*db, options.strategy, [&](auto const& at) { shown.at(at); });
    std::cout << found.report.text() << "\nhighest round " << found.state.position() << ", "
              << found.state.graph().size() - found.state.graph().holes() << " certificates, "
              << found.state.graph().committed_count() << " committed, "
              << found.state.order().anchors().size() << " anchors\n";
    if (found.state.is_damaged())
        std::cout << "damaged: something that was accepted is lost; `verify` names it\n";
    auto const is_sound = found.report.quarantined_count == 0 && !found.state.is_damaged();
    return is_sound ? all_well : not_sound;
}

int verify_store(command_options const& options)
{
    auto db = open_to_read(options);
    auto shown = progress{"verifying", options.quiet};
    auto const result = verify(
        *db, {}, [&](std::uint64_t done, std::uint64_t total) { shown.at(done, total); });
    for (auto const& each : result.found)
        std::cout << to_string(each.what) << ' ' << each.place << ": " << each.about << '\n';
    std::cout << result.certificates << " certificates, " << result.batches << " batches, "
              << (result.order_was_checked ? "order of commits checked, " : "order not checked, ")
              << result.found.size() << " violations\n";
    return result.found.empty() ? all_well : not_sound;
}

int draw_store(command_options const& options)
{
    auto db = open_to_read(options);
    draw(std::cout, *db, options.first_round, options.last_round);
    return all_well;
}

int show_stats(command_options const& options)
{
    auto db = open_to_read(options);
    auto const m = *load_metadata(*db);
    if (options.as_json)
        print_json(*db, m);
    else
        print_text(*db, m);
    return all_well;
}

} // namespace sequencer
