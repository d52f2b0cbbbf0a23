// SPDX-License-Identifier: BSL-1.0
// Runs a program on plain maps, by the documentation alone: what stores are compared with.
#pragma once

#include "plain_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace test::program {

/// All tables; a copy of it is a savepoint.
struct plain_tables {
    plain_table<account> accounts;
    plain_table<task> tasks;
    plain_table<entry> entries;
    plain_table<pair> pairs;
    plain_table<reading> readings;

    template <class Function>
    std::string with(on table, Function const& fn)
    {
        switch (table) {
        case on::accounts: return fn(accounts);
        case on::tasks: return fn(tasks);
        case on::entries: return fn(entries);
        case on::pairs: return fn(pairs);
        case on::readings: return fn(readings);
        }
        return {};
    }
};

class on_plain_map {
public:
    transcript run(steps const& program)
    {
        auto lines = transcript{};
        for (auto const& s : program) run_outside(s, lines);
        tell_left(lines, tables_.accounts.answer({}));
        tell_left(lines, tables_.tasks.answer({}));
        tell_left(lines, tables_.entries.answer({}));
        tell_left(lines, tables_.pairs.answer({}));
        tell_left(lines, tables_.readings.answer({}));
        return lines;
    }

private:
    /// What throws changes nothing.
    template <class Function>
    std::string all_or_nothing(Function const& fn)
    {
        auto const before = tables_;
        return outcome_of([&] {
            try {
                return fn();
            } catch (...) {
                tables_ = before;
                throw;
            }
        });
    }

    void run_outside(step const& s, transcript& lines)
    {
        switch (s.what) {
        case op::reopen: return;
        case op::attempt:
        case op::write:
        case op::async:
        case op::read:
            lines.push_back(all_or_nothing([&] { return run_inside(s, lines); }));
            return;
        default: run_one(s, lines, false);
        }
    }

    std::string run_inside(step const& parent, transcript& lines)
    {
        for (auto const& s : parent.inside) {
            if (parent.what == op::read) {
                run_one(s, lines, true);
            } else if (s.what == op::attempt) {
                lines.push_back(all_or_nothing([&] { return run_inside(s, lines); }));
            } else if (!has_inside(s.what) && s.what != op::reopen) {
                run_one(s, lines, false);
            }
        }
        if (parent.fails) throw planned_failure{};
        return "done";
    }

    void run_one(step const& s, transcript& lines, bool looks_only)
    {
        auto line = tables_.with(s.table, [&](auto& table) {
            return all_or_nothing([&] {
                if (s.what != op::loop) return act(table, s, looks_only);
                loop_over(table, s, lines);
                return std::string{"looped"};
            });
        });
        lines.push_back(std::move(line));
    }

    template <class Model>
    static std::string act(plain_table<Model>& table, step const& s, bool looks_only)
    {
        auto const key = meaning<Model>::key(s.pick);
        auto const path = key_text(meaning<Model>::make(s.pick));
        switch (s.what) {
        case op::insert: table.insert(meaning<Model>::make(s.pick)); return "inserted";
        case op::put: table.put(meaning<Model>::make(s.pick)); return "put";
        case op::update:
            return image(table.update(key, path, [&](Model& r) { change(r, s.pick); }));
        case op::erase: return table.erase(key) ? "erased" : "nothing to erase";
        case op::clear: return "cleared " + std::to_string(table.clear());
        case op::get:
            if (auto const found = table.find(key)) return image(*found);
            refuse(cairn::errc::not_found, cairn::shape_of<Model>.name, path);
        case op::find: return told(table.find(key));
        case op::contains: return table.find(key) ? "there" : "not there";
        case op::visit:
            if (table.find(key) && s.fails) throw planned_failure{};
            return told(table.find(key));
        case op::query: return query(table, s.pick, looks_only);
        default: return {};
        }
    }

    template <class Model>
    static std::string query(plain_table<Model>& table, choices const& pick, bool looks_only)
    {
        auto found = table.answer(menu<Model>::plain(pick));
        if (is_reversed(pick)) std::reverse(found.begin(), found.end());
        if (chosen_use(pick) == use::pages)
            return told_pages(found, std::min(chosen_page_size(pick), chosen_limit(pick)));
        if (found.size() > chosen_limit(pick)) found.resize(chosen_limit(pick));
        switch (chosen_use(pick)) {
        case use::count: return std::to_string(found.size());
        case use::first: return told(found.empty() ? std::nullopt : std::optional{found.front()});
        case use::keys: return told_keys(found);
        case use::update: return looks_only ? told(found) : told(update_all(table, found, pick));
        case use::erase:
            if (looks_only) return told(found);
            for (auto const& record : found) table.erase(meaning<Model>::key_in(record));
            return "erased " + std::to_string(found.size());
        default: return told(found);
        }
    }

    template <class Model>
    static std::vector<Model> update_all(
        plain_table<Model>& table, std::vector<Model> const& found, choices const& pick)
    {
        auto result = std::vector<Model>{};
        auto n = std::size_t{0};
        for (auto const& record : found)
            result.push_back(
                table.update(meaning<Model>::key_in(record), key_text(record), [&](Model& r) {
                    change_in_range(r, pick, n++);
                }));
        return result;
    }

    template <class Model>
    static std::string told_pages(std::vector<Model> const& found, std::size_t size)
    {
        if (size == 0) return "page: " + told(std::vector<Model>{});
        auto pages = std::vector<std::vector<Model>>{};
        for (std::size_t at = 0; at == 0 || at < found.size(); at += size) {
            auto const first = found.begin() + static_cast<std::ptrdiff_t>(at);
            auto const count = std::min(size, found.size() - at);
            pages.emplace_back(first, first + static_cast<std::ptrdiff_t>(count));
        }
        auto text = "page: " + told(pages.front());
        for (std::size_t i = 1; i < pages.size(); ++i)
            text.append("\n  page: ").append(told(pages[i]));
        for (std::size_t i = pages.size() - 1; i-- > 0;)
            text.append("\n  back: ").append(told(pages[i]));
        return text;
    }

    template <class Model>
    static std::string told_keys(std::vector<Model> const& found)
    {
        auto text = std::string{"keys"};
        for (auto const& record : found)
            std::apply(
                [&](auto const&... field) { (text.append(" ").append(told_field(field)), ...); },
                meaning<Model>::key_in(record));
        return text;
    }
    static std::string told_field(std::string const& field) { return "'" + field + "'"; }
    static std::string told_field(std::int32_t field) { return std::to_string(field); }

    template <class Model>
    void loop_over(plain_table<Model>& table, step const& s, transcript& lines)
    {
        for (auto const& record : table.answer({})) {
            auto changed = record;
            meaning<Model>::nudge(changed, s.pick[7]);
            lines.push_back("  loop " + outcome_of([&] {
                                if (s.fails)
                                    return std::to_string(
                                        table.erase(meaning<Model>::key_in(record)));
                                table.put(changed);
                                return std::string{"put"};
                            }));
        }
    }

    plain_tables tables_{};
};

} // namespace test::program
