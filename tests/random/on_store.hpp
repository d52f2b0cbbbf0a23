// SPDX-License-Identifier: BSL-1.0
// Runs a program on a store, through the public interface.
#pragma once

#include "queries.hpp"
#include "transcript.hpp"

#include "../support/store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace test::program {

/// The repositories of a store or transaction: not templates of the backend.
struct repositories {
    cairn::repository<account> accounts;
    cairn::repository<task> tasks;
    cairn::repository<entry> entries;
    cairn::repository<pair> pairs;
    cairn::repository<reading> readings;

    template <class Source>
    static repositories of(Source& s)
    {
        return {
            s[test::accounts], s[test::tasks], s[test::entries], s[test::pairs], s[test::readings]};
    }
};

/// The same of a snapshot.
struct views {
    cairn::repository_view<account> accounts;
    cairn::repository_view<task> tasks;
    cairn::repository_view<entry> entries;
    cairn::repository_view<pair> pairs;
    cairn::repository_view<reading> readings;

    template <class Source>
    static views of(Source& s)
    {
        return {
            s[test::accounts], s[test::tasks], s[test::entries], s[test::pairs], s[test::readings]};
    }
};

/// Calls `fn` with the repository that a step is about.
template <class Tables, class Function>
std::string with_table(Tables const& all, on table, Function const& fn)
{
    switch (table) {
    case on::accounts: return fn(all.accounts);
    case on::tasks: return fn(all.tasks);
    case on::entries: return fn(all.entries);
    case on::pairs: return fn(all.pairs);
    case on::readings: return fn(all.readings);
    }
    return {};
}

template <class Range>
std::string told_pages(Range const& range, std::size_t size)
{
    auto page = range.page(size);
    auto text = "page: " + told(page.records);
    while (!page.next.empty()) {
        page = range.page(size, page.next);
        text.append("\n  page: ").append(told(page.records));
    }
    while (!page.previous.empty()) {
        page = range.page(size, page.previous);
        text.append("\n  back: ").append(told(page.records));
    }
    return text;
}

inline std::string told_field(std::string const& field)
{
    return "'" + field + "'";
}
inline std::string told_field(std::int32_t field)
{
    return std::to_string(field);
}

template <class Range>
std::string told_keys(Range const& range)
{
    auto text = std::string{"keys"};
    for (auto const& key : range.keys())
        std::apply(
            [&](auto const&... field) { (text.append(" ").append(told_field(field)), ...); }, key);
    return text;
}

template <class Model, class Range>
std::string use_range(Range const& range, choices const& pick)
{
    constexpr auto writable = requires
    {
        range.erase();
    };
    switch (chosen_use(pick)) {
    case use::count: return std::to_string(range.count());
    case use::first: return told(range.first());
    case use::keys: return told_keys(range);
    case use::pages: return told_pages(range, chosen_page_size(pick));
    case use::update:
        if constexpr (writable) {
            auto n = std::size_t{0};
            return told(range.update([&](Model& record) { change_in_range(record, pick, n++); }));
        }
        break;
    case use::erase:
        if constexpr (writable) return "erased " + std::to_string(range.erase());
        break;
    default: break;
    }
    return told(range.to_vector());
}

template <class Model, class Repository>
std::string query_store(Repository const& repository, choices const& pick)
{
    auto text = std::string{};
    menu<Model>::ask(repository, pick, [&](auto const& range) {
        auto const limited = range.limit(chosen_limit(pick));
        text = use_range<Model>(is_reversed(pick) ? limited.reversed() : limited, pick);
    });
    return text;
}

/// A verb that only reads.
template <class Model, class Repository>
std::string look(Repository const& repository, step const& s)
{
    auto const with_key = [&](auto const& fn) {
        return std::apply(fn, meaning<Model>::key(s.pick));
    };
    switch (s.what) {
    case op::get: return with_key([&](auto const&... k) { return image(repository.get(k...)); });
    case op::find: return with_key([&](auto const&... k) { return told(repository.find(k...)); });
    case op::contains:
        return with_key([&](auto const&... k) {
            return std::string{repository.contains(k...) ? "there" : "not there"};
        });
    case op::visit:
        return with_key([&](auto const&... k) {
            auto text = std::string{"none"};
            repository.visit(k..., [&](Model const& record) {
                text = "one: " + image(record);
                if (s.fails) throw planned_failure{};
            });
            return text;
        });
    case op::query: return query_store<Model>(repository, s.pick);
    default: return {};
    }
}

template <class Model>
std::string act(cairn::repository<Model> const& repository, step const& s)
{
    switch (s.what) {
    case op::insert: repository.insert(meaning<Model>::make(s.pick)); return "inserted";
    case op::put: repository.put(meaning<Model>::make(s.pick)); return "put";
    case op::update:
        return std::apply(
            [&](auto const&... k) {
                return image(
                    repository.update(k..., [&](Model& record) { change(record, s.pick); }));
            },
            meaning<Model>::key(s.pick));
    case op::erase:
        return std::apply(
            [&](auto const&... k) {
                return std::string{repository.erase(k...) ? "erased" : "nothing to erase"};
            },
            meaning<Model>::key(s.pick));
    case op::clear: return "cleared " + std::to_string(repository.clear());
    default: return look<Model>(repository, s);
    }
}

/// Writes to the table while a range of it is walked.
template <class Model>
void loop_over(cairn::repository<Model> const& repository, step const& s, transcript& lines)
{
    for (auto const& record : repository.scan()) {
        auto changed = record;
        meaning<Model>::nudge(changed, s.pick[7]);
        lines.push_back(
            "  loop " + outcome_of([&] {
                if (s.fails) {
                    auto const erase = [&](auto const&... k) { return repository.erase(k...); };
                    return std::to_string(std::apply(erase, meaning<Model>::key_in(record)));
                }
                repository.put(changed);
                return std::string{"put"};
            }));
    }
}

/// Runs programs on stores of one backend, one after another.
template <class Backend, class Options>
class on_store {
public:
    explicit on_store(Options options) : options_{std::move(options)} { db_.emplace(options_); }

    transcript run(steps const& program)
    {
        auto lines = transcript{};
        for (auto const& s : program) run_outside(s, lines);
        auto const all = repositories::of(*db_);
        tell_left(lines, all.accounts.scan().to_vector());
        tell_left(lines, all.tasks.scan().to_vector());
        tell_left(lines, all.entries.scan().to_vector());
        tell_left(lines, all.pairs.scan().to_vector());
        tell_left(lines, all.readings.scan().to_vector());
        for (auto& line : contents(*db_)) lines.push_back(std::move(line));
        return lines;
    }

    /// Empties the tables that programs use.
    void clear()
    {
        db_->write([](auto& tx) {
            auto const all = repositories::of(tx);
            all.accounts.clear();
            all.tasks.clear();
            all.entries.clear();
            all.pairs.clear();
            all.readings.clear();
        });
    }

private:
    using database = cairn::store<everything, Backend>;

    void run_outside(step const& s, transcript& lines)
    {
        switch (s.what) {
        case op::reopen: return reopen();
        case op::attempt:
        case op::write:
            lines.push_back(outcome_of(
                [&] { return db_->write([&](auto& tx) { return run_inside(tx, s, lines); }); }));
            return;
        case op::async: return run_async(s, lines);
        case op::read:
            lines.push_back(outcome_of(
                [&] { return db_->read([&](auto& view) { return run_looks(view, s, lines); }); }));
            return;
        default: run_one(repositories::of(*db_), s, lines);
        }
    }

    void run_async(step const& s, transcript& lines)
    {
        lines.push_back(outcome_of([&] {
            auto ticket = db_->write_async(
                [&s, &lines](auto& tx) { return run_inside(tx, s, lines); });
            return ticket.get();
        }));
    }

    template <class Transaction>
    static std::string run_inside(Transaction& tx, step const& parent, transcript& lines)
    {
        auto const all = repositories::of(tx);
        for (auto const& s : parent.inside) {
            if (s.what == op::attempt) {
                lines.push_back(outcome_of(
                    [&] { return tx.attempt([&] { return run_inside(tx, s, lines); }); }));
            } else if (!has_inside(s.what) && s.what != op::reopen) {
                run_one(all, s, lines);
            }
        }
        if (parent.fails) throw planned_failure{};
        return "done";
    }

    template <class Snapshot>
    static std::string run_looks(Snapshot& view, step const& parent, transcript& lines)
    {
        auto const all = views::of(view);
        for (auto const& s : parent.inside)
            lines.push_back(with_table(all, s.table, [&](auto const& repository) {
                return outcome_of([&] { return look_at(repository, s); });
            }));
        if (parent.fails) throw planned_failure{};
        return "done";
    }

    template <class Model>
    static std::string look_at(cairn::repository_view<Model> const& repository, step const& s)
    {
        return look<Model>(repository, s);
    }

    static void run_one(repositories const& all, step const& s, transcript& lines)
    {
        auto line = with_table(all, s.table, [&](auto const& repository) {
            return outcome_of([&] {
                if (s.what != op::loop) return act(repository, s);
                loop_over(repository, s, lines);
                return std::string{"looped"};
            });
        });
        lines.push_back(std::move(line));
    }

    void reopen()
    {
        if (db_->backend_name() != "sqlite") return;
        db_->close();
        db_.emplace(options_);
    }

    Options options_;
    std::optional<database> db_{};
};

} // namespace test::program
