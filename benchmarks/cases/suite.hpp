// SPDX-License-Identifier: BSL-1.0
// All cases on one backend, in an order that lets them share two pairs of stores.
#pragma once

#include "reading.hpp"
#include "writing.hpp"

#include <algorithm>
#include <initializer_list>

namespace bench {

inline bool wants_any(settings const& set, std::initializer_list<char const*> names)
{
    return std::any_of(
        names.begin(), names.end(), [&](char const* name) { return set.wants(name); });
}

/// All tasks are pending.
template <class Contest>
void run_writing(Contest c)
{
    c.records = make_tasks(0, c.set.tasks, c.set.tasks);
    if (c.set.wants("insert_1000"))
        run_insert_1000(c);
    else
        c.load_both();
    auto number = std::size_t{10'000'000};
    if (c.set.wants("insert"))
        for (auto const threads : c.set.writers) run_insert(c, threads, number += 10'000'000);
    if (c.set.wants("claim")) run_claim(c);
    if (c.set.wants("update_status")) run_update_status(c);
    if (c.set.wants("erase")) run_erase(c);
}

/// 1000 pending tasks among all of them.
template <class Contest>
void run_reading(Contest c)
{
    c.check_contents(101, c.records);
    if (c.set.wants("get"))
        for (auto const threads : {1U, 2U}) run_get(c, threads);
    if (c.set.wants("get_in_read"))
        for (auto const threads : {1U, 2U}) run_get_in_read(c, threads);
    if (c.set.wants("visit")) run_visit(c);
    if (c.set.wants("list_pending")) run_list_pending(c);
}

/// What a store does with its records when it is closed.
enum class kept { no, on_disk };

/// `make_ours(name)` and `make_floor(name)` open the store of that name. Stores on disk are closed
/// and opened again before they are read: as a service finds them, not out of a half-written log.
template <class MakeOurs, class MakeFloor>
void run_suite(
    std::string const& backend, kept records, settings const& set, report& out, MakeOurs make_ours,
    MakeFloor make_floor)
{
    using ours = typename decltype(make_ours(""))::element_type;
    using floor = typename decltype(make_floor(""))::element_type;
    auto const open = [&](std::string const& name) {
        return contest<ours, floor>{backend, set, out, make_ours(name), make_floor(name), {}};
    };
    if (wants_any(set, {"insert_1000", "insert", "claim", "update_status", "erase"}))
        run_writing(open("writing"));
    if (!wants_any(set, {"get", "get_in_read", "visit", "list_pending"})) return;
    auto c = open("reading");
    c.records = make_tasks(0, set.tasks, 1000);
    c.load_both();
    if (records == kept::on_disk) {
        c.ours.reset(), c.ours = make_ours("reading");
        c.floor.reset(), c.floor = make_floor("reading");
    }
    run_reading(std::move(c));
}

} // namespace bench
