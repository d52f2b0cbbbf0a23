// SPDX-License-Identifier: BSL-1.0
// The library as a user would call it, in the words that every contestant of a benchmark has.
#pragma once

#include "../support/model.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bench {

template <class Backend>
class ours {
public:
    template <class... Options>
    explicit ours(Options&&... options) : db_{std::forward<Options>(options)...}
    {
    }

    void insert(task const& t) { db_[tasks].insert(t); }
    void insert_shared(task const& t) { db_[tasks].insert(t); }

    void insert_batch(std::span<task const> batch)
    {
        db_.write([&](auto& tx) {
            for (auto const& t : batch) tx[tasks].insert(t);
        });
    }

    void update_status(std::string const& id, task_status status)
    {
        db_[tasks].update(id, [&](task& t) { t.status = status; });
    }

    bool erase(std::string const& id) { return db_[tasks].erase(id); }

    std::vector<task> claim(std::size_t limit)
    {
        using namespace cairn::literals;
        return db_[tasks].by("queue"_by, task_status::pending).limit(limit).update([](task& t) {
            t.status = task_status::processing;
        });
    }

    /// A store is shared by all threads: no session of one's own is needed.
    ours& reader() { return *this; }

    task get(std::string const& id) { return db_[tasks].get(id); }

    template <class Function>
    void visit(std::string const& id, Function&& fn)
    {
        db_[tasks].visit(id, std::forward<Function>(fn));
    }

    template <class Function>
    void in_read(Function&& fn)
    {
        db_.read(
            [&](auto& view) { fn([&](std::string const& id) { return view[tasks].get(id); }); });
    }

    std::vector<task> list_pending(std::size_t limit)
    {
        using namespace cairn::literals;
        return db_[tasks].by("queue"_by, task_status::pending).limit(limit).to_vector();
    }

    template <class Function>
    void each_pending(std::size_t limit, Function&& fn)
    {
        using namespace cairn::literals;
        for (task const& t : db_[tasks].by("queue"_by, task_status::pending).limit(limit)) fn(t);
    }

    std::size_t count() { return static_cast<std::size_t>(db_[tasks].count()); }

private:
    cairn::store<schema, Backend> db_;
};

} // namespace bench
