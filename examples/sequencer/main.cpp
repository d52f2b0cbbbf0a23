// SPDX-License-Identifier: BSL-1.0
// The sequencer's command line.
#include "commands.hpp"
#include "opening.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <map>

namespace {

using namespace sequencer;

constexpr auto exit_codes =
    "Exit codes: 0 all well; 1 internal error; 2 wrong usage; 3 the store cannot be opened, read "
    "or written;\n4 violations, quarantined records, or wrong answers; 5 the node signed twice for "
    "a round.";

void add_file(CLI::App& to, command_options& options, bool is_needed)
{
    auto* const option = to.add_option("--db", options.file, "the database file");
    if (is_needed) option->required();
    to.add_flag("--quiet", options.quiet, "show no progress");
}

void add_committee(CLI::App& to, command_options& options)
{
    auto& c = options.committee;
    to.add_option("--validators", c.validators, "size of the committee")
        ->check(CLI::Range(4, 1000))
        ->capture_default_str();
    to.add_option("--rounds", options.rounds, "rounds to reach")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U))
        ->capture_default_str();
    to.add_option("--seed", c.seed, "of the committee and everything it does")
        ->capture_default_str();
    to.add_option("--transactions", c.most_transactions, "most transactions of a batch; 0: none")
        ->check(CLI::Range(std::size_t{0}, most_batch_transactions))
        ->capture_default_str();
    to.add_option("--transaction-size", c.largest_transaction, "of the largest, in bytes")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    to.add_option(
        "--witness", options.witness,
        "where the committee remembers the node's certificates (default: DB.witness; without --db, "
        "memory)");
}

void add_strategy(CLI::App& to, command_options& options)
{
    auto const names = std::map<std::string, cairn::recovery_strategy>{
        {"scratch", cairn::recovery_strategy::from_scratch},
        {"checkpoint", cairn::recovery_strategy::from_checkpoint},
        {"hybrid", cairn::recovery_strategy::hybrid}};
    auto const choose = [&options, names](std::string const& name) {
        options.strategy = names.at(name);
    };
    to.add_option_function<std::string>("--strategy", choose, "how the state is recovered")
        ->check(CLI::IsMember(names))
        ->default_str("hybrid");
}

void add_run(CLI::App& app, command_options& options, int (*&chosen)(command_options const&))
{
    auto* const run = app.add_subcommand("run", "run a node, and a simulated committee around it");
    add_file(*run, options, false);
    add_committee(*run, options);
    add_strategy(*run, options);
    auto& c = options.checkpoints;
    run->add_option("--checkpoint-every", c.every, "rounds between checkpoints; 0: none")
        ->capture_default_str();
    run->add_option("--checkpoint-keep", c.keep, "how many are kept")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    run->add_option("--full-every", c.full_every, "every so many-th is full, not a delta")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    run->add_option_function<std::string>(
           "--survives",
           [&options](std::string const& what) {
               options.survives_power_loss = what == "power_loss";
           },
           "what a stored certificate outlives")
        ->check(CLI::IsMember({"power_loss", "process_crash"}))
        ->default_str("power_loss");
    run->callback([&chosen] { chosen = run_node; });
    auto* const others = app.add_subcommand("committee", "the committee's side; started by run");
    add_committee(*others, options);
    others->add_option("--socket", options.socket, "an open socket to the node")->required();
    others->callback([&chosen] { chosen = run_committee; });
}

void add_looking(CLI::App& app, command_options& options, int (*&chosen)(command_options const&))
{
    auto* const recover = app.add_subcommand("recover", "recover the state and report how");
    add_file(*recover, options, true);
    add_strategy(*recover, options);
    recover->callback([&chosen] { chosen = recover_store; });
    auto* const verify = app.add_subcommand("verify", "name everything that is wrong");
    add_file(*verify, options, true);
    verify->callback([&chosen] { chosen = verify_store; });
    auto* const dot = app.add_subcommand(
        "dot", "draw rounds for Graphviz; committed ones coloured");
    add_file(*dot, options, true);
    dot->add_option("--from", options.first_round, "first round")->capture_default_str();
    dot->add_option("--to", options.last_round, "last round")->capture_default_str();
    dot->callback([&chosen] { chosen = draw_store; });
    auto* const stats = app.add_subcommand("stats", "counters, scores and checkpoints");
    add_file(*stats, options, true);
    stats->add_flag("--json", options.as_json, "as one JSON object");
    stats->callback([&chosen] { chosen = show_stats; });
}

int dispatch(int argc, char** argv)
{
    auto options = command_options{};
    int (*chosen)(command_options const&) = nullptr;
    auto app = CLI::App{"Sequences a DAG of certificates, across crashes"};
    app.require_subcommand(1);
    app.footer(exit_codes);
    add_run(app, options, chosen);
    add_looking(app, options, chosen);
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& fault) {
        return app.exit(fault) == 0 ? all_well : wrong_usage;
    }
    return chosen(options);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return dispatch(argc, argv);
    } catch (cairn::error const& fault) {
        std::cerr << "sequencer: " << fault.what() << '\n';
        return sequencer::store_failed;
    } catch (sequencer::unusable_store const& fault) {
        std::cerr << "sequencer: " << fault.what() << '\n';
        return sequencer::store_failed;
    } catch (std::exception const& fault) {
        std::cerr << "sequencer: " << fault.what() << '\n';
        return sequencer::internal_error;
    }
}
