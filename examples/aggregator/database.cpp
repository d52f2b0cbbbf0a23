// SPDX-License-Identifier: BSL-1.0
// Turns the storage section of the configuration into an open store.
#include "database.hpp"

namespace aggregator {

namespace {

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

} // namespace

std::unique_ptr<database> open_database(storage_config const& where)
{
    if (where.type == storage_type::memory)
        return std::make_unique<database>(cairn::memory_options{});
    return std::make_unique<database>(to_options(where.sqlite));
}

} // namespace aggregator
