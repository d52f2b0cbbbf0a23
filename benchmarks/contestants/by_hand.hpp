// SPDX-License-Identifier: BSL-1.0
// The hand-written floors in the words that every contestant of a benchmark has.
#pragma once

#include "batcher.hpp"
#include "memory.hpp"
#include "sqlite.hpp"

namespace bench {

class sqlite_by_hand {
public:
    explicit sqlite_by_hand(std::string path) : path_{std::move(path)} {}

    void insert(task const& t) { writer_.insert(t); }
    void insert_shared(task const& t) { batcher_.insert(t); }
    void insert_batch(std::span<task const> batch) { writer_.insert(batch); }
    void update_status(std::string const& id, task_status status)
    {
        writer_.update_status(id, status);
    }
    bool erase(std::string const& id) { return writer_.erase(id); }
    std::vector<task> claim(std::size_t limit) { return writer_.claim(limit); }

    floor::sqlite_reader reader() { return floor::sqlite_reader{path_}; }
    std::size_t count() { return reader().count(); }

private:
    std::string path_;
    floor::sqlite_writer writer_{path_};
    floor::sqlite_batcher batcher_{writer_};
};

class memory_by_hand {
public:
    void insert(task const& t) { store_.insert(t); }
    void insert_shared(task const& t) { store_.insert(t); }
    void insert_batch(std::span<task const> batch) { store_.insert(batch); }
    void update_status(std::string const& id, task_status status)
    {
        store_.update_status(id, status);
    }
    bool erase(std::string const& id) { return store_.erase(id); }
    std::vector<task> claim(std::size_t limit) { return store_.claim(limit); }

    floor::memory_store& reader() { return store_; }
    std::size_t count() { return store_.count(); }

private:
    floor::memory_store store_{};
};

} // namespace bench
