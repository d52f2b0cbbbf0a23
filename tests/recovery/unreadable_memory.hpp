// SPDX-License-Identifier: BSL-1.0
// The backend in memory, whose n-th read fails as a disk's would.
#pragma once

#include <cairn/memory.hpp>

#include <cstdint>
#include <string_view>

namespace test {

/// How many reads of any table go well before one fails; negative: all do.
struct read_failure {
    static inline std::int64_t after = -1;

    static void count()
    {
        if (after < 0) return;
        if (after-- == 0)
            cairn::raise(cairn::errc::io_failure, {.message = "the medium cannot be read"});
    }
};

template <class Model>
class unreadable_table : public cairn::memory::table<Model> {
    using base = cairn::memory::table<Model>;
    using session = cairn::memory::session;

public:
    using base::base;

    std::optional<cairn::located<Model>> find(session& s, cairn::cells key)
    {
        read_failure::count();
        return base::find(s, key);
    }
    bool visit(session& s, cairn::cells key, cairn::detail::function_ref<void(Model const&)> fn)
    {
        read_failure::count();
        return base::visit(s, key, fn);
    }
    bool contains(session& s, cairn::cells key)
    {
        read_failure::count();
        return base::contains(s, key);
    }
    cairn::page_of<Model> fetch(
        session& s, cairn::question const& asked, cairn::position const* after, std::size_t limit,
        cairn::corrupt_sink const* tolerate)
    {
        read_failure::count();
        return base::fetch(s, asked, after, limit, tolerate);
    }
    std::vector<std::int64_t> sequences(
        session& s, cairn::question const& asked, cairn::position const* after, std::size_t limit)
    {
        read_failure::count();
        return base::sequences(s, asked, after, limit);
    }
    std::uint64_t count(session& s, cairn::question const& asked)
    {
        read_failure::count();
        return base::count(s, asked);
    }
};

struct unreadable_memory {
    using options = cairn::memory::options;
    using session = cairn::memory::session;
    using database = cairn::memory::database;
    template <class Model>
    using table = unreadable_table<Model>;

    static constexpr std::string_view name = "unreadable_memory";
    static constexpr bool concurrent_reads = false;
};

} // namespace test
