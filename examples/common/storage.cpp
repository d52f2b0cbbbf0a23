// SPDX-License-Identifier: BSL-1.0
// Turns the storage section of a configuration into the options of a store.
#include "storage.hpp"

#include "settings_reader.hpp"

#include <array>

namespace common {

namespace {

using namespace std::string_view_literals;

constexpr auto storage_names = std::array{"memory"sv, "sqlite"sv};
constexpr auto durability_names = std::array{"power_loss"sv, "process_crash"sv};

void visit(field_visitor& v, group_commit_config& c)
{
    v.begin_section("group_commit", "how concurrent writes share one sync");
    v.number("members", c.members, {1, 4096}, presence::optional, "most writes of one batch");
    v.duration("wait", c.wait, "a batch older than this is closed");
    v.end_section();
}

void visit(field_visitor& v, sqlite_config& c)
{
    v.begin_section("sqlite", "used if type is sqlite");
    v.text("path", c.path, presence::optional, "the database file; required if type is sqlite");
    choice(v, "survives", c.survives, durability_names, "what an acknowledged write outlives");
    v.size("cache_size", c.cache_size, "page cache of the writing connection");
    v.size("mmap_size", c.mmap_size, "memory map of reading connections; 0 is none");
    v.size("wal_limit", c.wal_limit, "the write-ahead log is cut back above this");
    v.duration("busy_timeout", c.busy_timeout, "how long a write waits for its turn");
    visit(v, c.group_commit);
    v.end_section();
}

template <class Duration>
Duration at_least(std::chrono::nanoseconds time)
{
    return std::chrono::ceil<Duration>(time);
}

cairn::survives survival(durability chosen)
{
    return chosen == durability::power_loss ? cairn::survives::power_loss
                                            : cairn::survives::process_crash;
}

} // namespace

void visit(field_visitor& v, storage_config& c)
{
    v.begin_section("storage", "where records live; absent: in memory only");
    choice(v, "type", c.type, storage_names, "memory is lost at the end of the process");
    visit(v, c.sqlite);
    v.end_section();
}

void check_storage(storage_config const& c, violations& problems)
{
    if (c.type == storage_type::sqlite && c.sqlite.path.empty())
        problems.add("storage.sqlite.path", "required when storage.type is sqlite");
}

cairn::sqlite_options to_options(sqlite_config const& c)
{
    auto options = cairn::sqlite_options{};
    options.path = c.path;
    options.survives = survival(c.survives);
    options.commit.members = static_cast<std::uint32_t>(c.group_commit.members);
    options.commit.time = at_least<std::chrono::microseconds>(c.group_commit.wait);
    options.commit.turn_timeout = at_least<std::chrono::milliseconds>(c.busy_timeout);
    options.busy_timeout = at_least<std::chrono::milliseconds>(c.busy_timeout);
    options.cache_size = c.cache_size;
    options.mmap_size = c.mmap_size;
    options.wal_limit = c.wal_limit;
    return options;
}

} // namespace common
