// SPDX-License-Identifier: BSL-1.0
// The aggregator's command line.
#include "common/signals.hpp"
#include "service.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace {

enum exit_code : int { ok = 0, internal_error = 1, bad_usage = 2, part_failed = 3 };

int run(std::string const& file)
{
    auto const settings = aggregator::load_config(file);
    auto const signals = common::signal_watch{};
    auto service = aggregator::service{settings, aggregator::rpc_chains(settings.rpc)};
    return service.run(signals.token()) ? ok : part_failed;
}

int print(std::string const& file)
{
    aggregator::print_config(
        std::cout, file.empty() ? aggregator::config{} : aggregator::load_config(file));
    return ok;
}

int dispatch(CLI::App& app, int argc, char** argv)
{
    auto file = std::string{};
    auto print_only = false;
    auto add_options = [&](CLI::App& to) {
        to.add_option("--config", file, "configuration file, YAML or JSON");
        to.add_flag(
            "--print-config", print_only, "print all settings with their meaning, and exit");
    };
    app.require_subcommand(0, 1);
    auto* const run_command = app.add_subcommand("run", "follow the chains and work on the tasks");
    add_options(app);
    add_options(*run_command);
    app.footer("Exit codes: 0 stopped as asked, 1 internal error, 2 wrong usage or configuration,\n"
               "3 a poller or the store failed.");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& fault) {
        return app.exit(fault) == 0 ? ok : bad_usage;
    }
    if (print_only) return print(file);
    if (!run_command->parsed() || file.empty()) {
        std::cerr << "aggregator: nothing to do; try 'aggregator run --config FILE'\n";
        return bad_usage;
    }
    return run(file);
}

} // namespace

int main(int argc, char** argv)
{
    auto app = CLI::App{"Collects tasks from EVM chains and works on them, across crashes"};
    try {
        return dispatch(app, argc, argv);
    } catch (aggregator::config_error const& fault) {
        std::cerr << fault.what() << '\n';
        return bad_usage;
    } catch (cairn::error const& fault) { // the store, before the service ran
        std::cerr << "aggregator: " << fault.what() << '\n';
        return part_failed;
    } catch (std::exception const& fault) {
        std::cerr << "aggregator: " << fault.what() << '\n';
        return internal_error;
    }
}
