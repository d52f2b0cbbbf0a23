// SPDX-License-Identifier: BSL-1.0
// A lifecycle is kept by every verb that overwrites, on every backend.

#include "people.hpp"

using namespace test;

namespace {

constexpr auto all = {
    task_status::pending, task_status::processing, task_status::completed, task_status::failed};

bool declared(task_status from, task_status to)
{
    using enum task_status;
    if (from == to) return true;
    if (from == pending) return to == processing || to == failed;
    return from == processing;
}

/// Whether each way to overwrite a task allows the change; all of them must agree.
template <class Backend>
struct overwriting {
    test::store<Backend> db{};

    template <class Write>
    bool allows(task_status from, task_status to, Write const& write)
    {
        db[tasks].clear();
        db[tasks].insert(job("t", 0, from)); // any first value is accepted
        try {
            write(db, to);
        } catch (cairn::invalid_transition const& e) {
            CHECK(e.model() == "task");
            CHECK(e.key() == "task:t");
            CHECK(e.index() == "status");
            CHECK(db[tasks].get("t") == job("t", 0, from));
            return false;
        }
        CHECK(db[tasks].get("t").status == to);
        return true;
    }

    template <class Write>
    void check(Write const& write)
    {
        for (auto const from : all)
            for (auto const to : all) {
                CAPTURE(static_cast<int>(from));
                CAPTURE(static_cast<int>(to));
                CHECK(allows(from, to, write) == declared(from, to));
            }
    }
};

} // namespace

TEST_CASE_TEMPLATE("put checks the lifecycle against the stored value", Backend, EVERY_BACKEND)
{
    overwriting<Backend>{}.check([](auto& db, task_status to) { db[tasks].put(job("t", 0, to)); });
}

TEST_CASE_TEMPLATE(
    "put checks the lifecycle when other columns change as well", Backend, EVERY_BACKEND)
{
    overwriting<Backend>{}.check([](auto& db, task_status to) { db[tasks].put(job("t", 5, to)); });
}

TEST_CASE_TEMPLATE("update checks the lifecycle", Backend, EVERY_BACKEND)
{
    overwriting<Backend>{}.check(
        [](auto& db, task_status to) { db[tasks].update("t", [&](task& t) { t.status = to; }); });
}

TEST_CASE_TEMPLATE("the update of a range checks the lifecycle", Backend, EVERY_BACKEND)
{
    overwriting<Backend>{}.check(
        [](auto& db, task_status to) { db[tasks].scan().update([&](task& t) { t.status = to; }); });
}

TEST_CASE_TEMPLATE(
    "a transaction checks the lifecycle against its own writes", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[tasks].insert(job("t"));
    db.write([](auto& tx) {
        tx[tasks].put(job("t", 0, task_status::processing));
        CHECK_THROWS_AS(
            tx[tasks].put(job("t", 0, static_cast<task_status>(9))), cairn::invalid_transition);
        tx[tasks].put(job("t", 0, task_status::completed));
        CHECK_THROWS_AS(tx[tasks].put(job("t", 0, task_status::failed)), cairn::invalid_transition);
    });
    CHECK(db[tasks].get("t").status == task_status::completed);
}

TEST_CASE_TEMPLATE("erase and insert begin a new life", Backend, EVERY_BACKEND)
{
    auto db = test::store<Backend>{};
    db[tasks].insert(job("t", 0, task_status::completed));
    db[tasks].erase("t");
    db[tasks].insert(job("t"));
    CHECK(db[tasks].get("t").status == task_status::pending);
}
