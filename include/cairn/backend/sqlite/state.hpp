// SPDX-License-Identifier: BSL-1.0
// The row that changes with every commit: its number, and of each model how many records there
// are and which sequence comes next.
#pragma once

#include <cairn/backend/sqlite/connection.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// What is counted for one model. The sequence of a committed record is never given again, also
/// not after an erase.
struct tally {
    std::uint64_t count = 0;
    std::int64_t next = 1;
};

struct store_state {
    std::int64_t commit_sequence = 0;
    std::int64_t catalog = 0; ///< changes whenever a model is added or changed
    bool clean = true;        ///< whether the store was closed after its last commit
    std::vector<tally> tallies{};
};

inline constexpr std::size_t tally_bytes = 16;

inline void store_number(std::byte* out, std::uint64_t value)
{
    for (int i = 0; i < 8; ++i) out[i] = static_cast<std::byte>(value >> (8 * i));
}

[[nodiscard]] inline std::uint64_t load_number(std::byte const* in)
{
    auto value = std::uint64_t{0};
    for (int i = 0; i < 8; ++i) value |= static_cast<std::uint64_t>(in[i]) << (8 * i);
    return value;
}

/// Little-endian: count, next sequence, for each slot of the catalog in turn.
inline void write_tallies(std::vector<tally> const& tallies, std::vector<std::byte>& out)
{
    out.resize(tallies.size() * tally_bytes);
    auto* to = out.data();
    for (auto const& one : tallies) {
        store_number(to, one.count);
        store_number(to + 8, static_cast<std::uint64_t>(one.next));
        to += tally_bytes;
    }
}

[[nodiscard]] inline tally read_tally(std::span<std::byte const> all, std::size_t slot)
{
    if (slot >= all.size() / tally_bytes)
        raise(errc::corrupt_store, {.message = "the store's row of counts is too short"});
    auto const* from = all.data() + slot * tally_bytes;
    return {load_number(from), static_cast<std::int64_t>(load_number(from + 8))};
}

[[noreturn]] inline void refuse_missing_state()
{
    raise(errc::corrupt_store, {.message = "the store's row of counts is missing"});
}

[[nodiscard]] inline store_state read_state(connection& on)
{
    auto run = execution{on, on.core(core_sql::read_state)};
    if (!run.row()) refuse_missing_state();
    auto state = store_state{run.integer(0), run.integer(1), run.integer(2) != 0, {}};
    auto const all = run.bytes(3);
    for (std::size_t slot = 0; slot < all.size() / tally_bytes; ++slot)
        state.tallies.push_back(read_tally(all, slot));
    return state;
}

/// The number of records of the model in `slot`, as of this connection's snapshot.
[[nodiscard]] inline std::uint64_t read_count(connection& on, std::size_t slot)
{
    auto run = execution{on, on.core(core_sql::read_state)};
    if (!run.row()) refuse_missing_state();
    return read_tally(run.bytes(3), slot).count;
}

[[nodiscard]] inline std::int64_t read_catalog_number(connection& on)
{
    auto run = execution{on, on.core(core_sql::read_state)};
    if (!run.row()) refuse_missing_state();
    return run.integer(1);
}

} // namespace cairn::inline v0::detail::sql
