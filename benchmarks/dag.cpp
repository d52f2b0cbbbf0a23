// SPDX-License-Identifier: BSL-1.0
// Benchmarks of the sequencer's DAG: every case against its hand-written floor, and beside what
// the documents of the system that it replaces claim.
#include "cases/dag.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

using namespace bench;

constexpr char const* usage =
    R"(usage: cairn-bench-dag [--quick | --check] [--case NAME] [--json FILE] [--folder DIR]

  --quick        histories of 1000 and 10000 certificates, not of 100000
  --check        hardly anything: only whether both sides do the same work
  --case NAME    only this one of: certificate_save certificate_save_round unreferenced_batches
                 recover_scratch recover_checkpoint recover_hybrid checkpoint_full one_round
                 by_author checkpoint_delta
  --json FILE    the figures as one JSON array
  --folder DIR   where the databases lie while it runs (default: here): a real disk, no tmpfs

Times are wall microseconds per operation: per certificate in certificate_save*, else for the whole.
The floor of recover_checkpoint and recover_hybrid is our own recovery from scratch, that of
checkpoint_delta our own full checkpoint.
)";

struct arguments {
    dag_settings set{};
    std::string json{};
    std::string folder = ".";
};

arguments parse(int argc, char** argv)
{
    auto args = arguments{};
    auto const value = [&](int& at) -> std::string {
        if (at + 1 >= argc) throw std::invalid_argument(std::string{argv[at]} + " needs a value");
        return argv[++at];
    };
    for (auto at = 1; at < argc; ++at) {
        auto const name = std::string{argv[at]};
        if (name == "--quick") {
            args.set.histories = {1000, 10'000};
        } else if (name == "--check") {
            args.set = {
                .histories = {1000},
                .warm_up = 0,
                .repetitions = 2,
                .saves = 10,
                .rounds = 5,
                .batches = 50,
                .only = args.set.only};
        } else if (name == "--case") {
            args.set.only = value(at);
        } else if (name == "--json") {
            args.json = value(at);
        } else if (name == "--folder") {
            args.folder = value(at);
        } else if (name == "--help") {
            std::fputs(usage, stdout);
            std::exit(0);
        } else {
            throw std::invalid_argument("unknown option " + name);
        }
    }
    return args;
}

/// What the documents of the original claim, in microseconds.
struct claim {
    char const* name;
    double at_most;
    char const* text;
};

constexpr claim claims[] = {
    {"certificate_save", 1e3, "certificate write under 1 ms"},
    {"recover_scratch_n4_1k", 1e6, "1k from scratch under 1 s"},
    {"recover_scratch_n4_10k", 10e6, "10k from scratch 5 to 10 s"},
    {"recover_scratch_n4_100k", 120e6, "100k from scratch 60 to 120 s"},
    {"recover_checkpoint_n4_1k", 100e3, "1k from a checkpoint under 100 ms"},
    {"recover_checkpoint_n4_10k", 500e3, "10k from a checkpoint under 500 ms"},
    {"recover_checkpoint_n4_100k", 2e6, "100k from a checkpoint under 2 s"},
    {"recover_hybrid_n4_1k", 100e3, "1k hybrid under 100 ms"},
    {"recover_hybrid_n4_10k", 500e3, "10k hybrid under 500 ms"},
    {"recover_hybrid_n4_100k", 2e6, "100k hybrid under 2 s"},
    {"recover_scratch_n100_1k", 1e6, "1k from scratch under 1 s"},
    {"recover_scratch_n100_10k", 10e6, "10k from scratch 5 to 10 s"},
    {"recover_scratch_n100_100k", 120e6, "100k from scratch 60 to 120 s"},
    {"recover_checkpoint_n100_1k", 100e3, "1k from a checkpoint under 100 ms"},
    {"recover_checkpoint_n100_10k", 500e3, "10k from a checkpoint under 500 ms"},
    {"recover_checkpoint_n100_100k", 2e6, "100k from a checkpoint under 2 s"},
    {"recover_hybrid_n100_1k", 100e3, "1k hybrid under 100 ms"},
    {"recover_hybrid_n100_10k", 500e3, "10k hybrid under 500 ms"},
    {"recover_hybrid_n100_100k", 2e6, "100k hybrid under 2 s"},
    {"checkpoint_full_n4_10k", 100e3, "a checkpoint 10 to 100 ms"},
    {"by_author_n4_100k", 975e3, "by author at 100k, measured there: 975 ms"},
    {"certificate_size_n4", 2048, "a certificate 1 to 2 KB (measured there, JSON: 1419)"},
    {"certificate_size_n100", 2048, "a certificate 1 to 2 KB, less than 67 parents of 32 bytes"},
    {"certificate_size_n100", 19518, "measured there at n = 100, JSON: 19518 bytes"},
};

void print_claim(char const* name, double ours, char const* unit, claim const& each)
{
    auto const is_met = ours <= each.at_most;
    std::printf(
        "%-28s %11.1f %-5s  %s: %.1f times %s\n", name, ours, unit, each.text,
        is_met ? each.at_most / ours : ours / each.at_most, is_met ? "inside" : "OVER");
}

void print_claims(report const& out)
{
    std::printf("\nbeside what the original's documents claim:\n");
    for (auto const& each : claims) {
        for (auto const& row : out.rows())
            if (row.name == each.name) print_claim(row.name.c_str(), row.ours, row.unit, each);
    }
}

int run(arguments const& args)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    auto out = report{};
    auto const& set = args.set;
    run_dag_saving(set, out, args.folder);
    auto const wants_history = set.wants("recover_scratch") || set.wants("recover_checkpoint")
        || set.wants("recover_hybrid") || set.wants("checkpoint_full") || set.wants("one_round")
        || set.wants("by_author");
    if (wants_history)
        for (auto const validators : {std::size_t{4}, std::size_t{100}})
            for (auto const certificates : set.histories)
                run_dag_history(set, out, args.folder, validators, certificates);
    run_dag_delta(set, out, args.folder);
    if (out.empty()) throw std::invalid_argument("no such case");
    print_claims(out);
    if (!args.json.empty() && !out.write_json(args.json.c_str()))
        throw std::runtime_error("cannot write " + args.json);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(parse(argc, argv));
    } catch (std::invalid_argument const& e) {
        std::fprintf(stderr, "cairn-bench-dag: %s\n%s", e.what(), usage);
        return 2;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "cairn-bench-dag: %s\n", e.what());
        return 1;
    }
}
