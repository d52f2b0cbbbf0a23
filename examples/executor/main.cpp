// SPDX-License-Identifier: BSL-1.0
// The executor's command line.
#include "common/signals.hpp"
#include "service.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace {

enum exit_code : int { ok = 0, internal_error = 1, bad_usage = 2, part_failed = 3 };

struct choice {
    std::string file{};
    bool print = false;
    bool secrets = false;
};

int run(std::string const& file)
{
    auto const settings = executor::load_config(file);
    auto const signals = common::signal_watch{};
    auto service = executor::service{settings};
    return service.run(signals.token()) ? ok : part_failed;
}

int print(choice const& chosen)
{
    executor::print_config(
        std::cout, chosen.file.empty() ? executor::config{} : executor::load_config(chosen.file),
        chosen.secrets ? common::secrets::shown : common::secrets::masked);
    return ok;
}

void add_options(CLI::App& to, choice& chosen)
{
    to.add_option("--config", chosen.file, "configuration file, YAML or JSON");
    to.add_flag("--print-config", chosen.print, "print all settings with their meaning, and exit");
    to.add_flag("--secrets", chosen.secrets, "print values of variables instead of ***");
}

int dispatch(CLI::App& app, int argc, char** argv)
{
    auto chosen = choice{};
    app.require_subcommand(0, 1);
    auto* const run_command = app.add_subcommand("run", "look after performers and their tasks");
    add_options(app, chosen);
    add_options(*run_command, chosen);
    app.footer("Exit codes: 0 stopped as asked, 1 internal error, 2 wrong usage or configuration,\n"
               "3 the store failed.");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& fault) {
        return app.exit(fault) == 0 ? ok : bad_usage;
    }
    if (chosen.print) return print(chosen);
    if (!run_command->parsed() || chosen.file.empty()) {
        std::cerr << "executor: nothing to do; try 'executor run --config FILE'\n";
        return bad_usage;
    }
    return run(chosen.file);
}

} // namespace

int main(int argc, char** argv)
{
    auto app = CLI::App{"Runs the tasks of services in performers that outlive it"};
    try {
        return dispatch(app, argc, argv);
    } catch (common::config_error const& fault) {
        std::cerr << fault.what() << '\n';
        return bad_usage;
    } catch (cairn::error const& fault) { // the store, before the service ran
        std::cerr << "executor: " << fault.what() << '\n';
        return part_failed;
    } catch (std::exception const& fault) {
        std::cerr << "executor: " << fault.what() << '\n';
        return internal_error;
    }
}
