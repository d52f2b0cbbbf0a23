// SPDX-License-Identifier: BSL-1.0
// Run-time benchmarks: every case against its hand-written floor, in pairs, in one run.
#include "cases/backends.hpp"
#include "support/disk.hpp"
#include "support/scratch.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <cstring>
#include <exception>

namespace {

using namespace bench;

constexpr char const* usage =
    R"(usage: cairn-bench [--quick] [--case NAME] [--backend sqlite|memory] [--json FILE]
                   [--folder DIR] [--null | --check]

  --quick        fewer records and operations, as many repetitions as always (at least 15)
  --case NAME    only this one of: insert insert_1000 get get_in_read visit claim list_pending
                 update_status erase
  --backend B    only this one
  --json FILE    the figures as one JSON array
  --folder DIR   where the databases lie while it runs (default: here): a real disk, no tmpfs
  --null         the floor against itself, to see the error of the harness
  --check        hardly any records: only whether both sides do the same work

Times are wall microseconds per operation, medians of the repetitions; ratio = ours / floor; the
interval is a 95 % bootstrap over pairs of repetitions; cpu is the ratio of processor time, which
other programs on the machine disturb less. insert_1000 is per record, claim per ten tasks,
list_pending per list of 1000. get_in_read has the hand-written get outside a transaction as floor.
Lines that begin with - explain the line above and are not in the JSON.
)";

struct arguments {
    bool quick = false;
    bool null = false;
    bool check = false;
    std::string only{};
    std::string backend{};
    std::string json{};
    std::string folder = ".";
};

settings sqlite_settings(arguments const& args)
{
    auto set = settings{};
    set.only = args.only;
    if (!args.quick && !args.check) return set;
    set.tasks = 20'000;
    set.repetitions = 16;
    set.reads = 2000;
    set.lists = 5;
    set.writes = 100;
    set.claims = 10;
    set.shared_writes = 640;
    if (!args.check) return set;
    set.tasks = 2000;
    set.warm_up = 0;
    set.repetitions = 2;
    set.reads = 200;
    set.lists = 1;
    set.writes = 20;
    set.shared_writes = 64;
    return set;
}

settings memory_settings(arguments const& args)
{
    auto set = sqlite_settings(args);
    set.reads *= 10;
    set.lists *= 2;
    if (!args.check) set.writes = args.quick ? 400 : 2000;
    set.shared_writes = set.writes;
    set.writers = {1, 2};
    return set;
}

arguments parse(int argc, char** argv)
{
    auto args = arguments{};
    auto const value = [&](int& at) -> std::string {
        if (at + 1 >= argc) throw std::invalid_argument(std::string{argv[at]} + " needs a value");
        return argv[++at];
    };
    for (auto at = 1; at < argc; ++at) {
        auto const name = std::string{argv[at]};
        if (name == "--quick")
            args.quick = true;
        else if (name == "--null")
            args.null = true;
        else if (name == "--check")
            args.check = true;
        else if (name == "--case")
            args.only = value(at);
        else if (name == "--backend")
            args.backend = value(at);
        else if (name == "--json")
            args.json = value(at);
        else if (name == "--folder")
            args.folder = value(at);
        else if (name == "--help")
            std::fputs(usage, stdout), std::exit(0);
        else
            throw std::invalid_argument("unknown option " + name);
    }
    return args;
}

/// What sharing a sync brings: the rate with many writers over the rate of one.
void print_group_commit(report const& out)
{
    auto const* alone = out.find("insert", "sqlite", 1);
    if (alone == nullptr) return;
    for (auto const threads : {2U, 16U, 64U})
        if (auto const* shared = out.find("insert", "sqlite", threads))
            std::printf(
                "group commit, %2u writers: %.2f x the rate of one (by hand %.2f x); "
                "%.2f x the rate of the hand-written batcher\n",
                threads, alone->ours / shared->ours, alone->floor / shared->floor,
                shared->floor / shared->ours);
}

void print_disk(arguments const& args, report const& out)
{
    auto const files = scratch{args.folder};
    auto const sync = fdatasync_us(files.file("sync"));
    std::printf("fdatasync of 4 KiB inside a file: %.1f us", sync);
    if (auto const* alone = out.find("insert", "sqlite", 1))
        std::printf(
            "; one durable insert is %.2f x that (by hand %.2f x)", alone->ours / sync,
            alone->floor / sync);
    std::printf("\n");
}

int run(arguments const& args)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    auto out = report{};
    auto const sqlite = args.null ? run_sqlite_floor_against_itself : run_sqlite;
    auto const memory = args.null ? run_memory_floor_against_itself : run_memory;
    if (args.backend != "memory") sqlite(sqlite_settings(args), out, args.folder);
    if (args.backend != "sqlite") memory(memory_settings(args), out);
    if (out.empty()) throw std::invalid_argument("no such case or backend");
    print_group_commit(out);
    print_disk(args, out);
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
        std::fprintf(stderr, "cairn-bench: %s\n%s", e.what(), usage);
        return 2;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "cairn-bench: %s\n", e.what());
        return 1;
    }
}
