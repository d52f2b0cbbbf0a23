// SPDX-License-Identifier: BSL-1.0
// The questions of random programs: each asked of a repository, and told as filter and order.
#pragma once

#include "choices.hpp"

#include <cairn/cairn.hpp>

#include <functional>
#include <tuple>
#include <utility>

namespace test::program {

/// A question to plain records: which of them, in which order (ties: as they were inserted).
template <class Model>
struct plain_question {
    std::function<bool(Model const&)> admits = [](Model const&) { return true; };
    std::function<bool(Model const&, Model const&)> less = [](Model const&, Model const&) {
        return false;
    };
};

template <class Model, class Projection>
auto ordered_by(Projection const& projection)
{
    return [projection](Model const& a, Model const& b) { return projection(a) < projection(b); };
}

/// Each `menu` has `ask(repository, pick, use)`, which calls `use` with a range, and `plain(pick)`,
/// which means the same. Choice 4 takes the question, choices 0 to 3 its values.
template <class Model>
struct menu;

using namespace cairn::literals;

template <>
struct menu<account> {
    template <class Repository, class Use>
    static void ask(Repository const& r, choices const& pick, Use const& use)
    {
        auto const age = chosen_integer<std::uint32_t>(pick[0]);
        auto const text = chosen_text(pick[1]);
        auto const phone = chosen_or_none(chosen_text(pick[2]), pick[2]);
        switch (pick[4] % 11) {
        case 0: return use(r.scan());
        case 1: return use(r.prefix());
        case 2: return use(r.prefix().from(text));
        case 3: return use(r.by("email"_by));
        case 4: return use(r.by("email"_by).above(text));
        case 5: return use(r.by("email"_by, text));
        case 6: return use(r.by("age"_by, age));
        case 7: return use(r.by("age"_by, age).through(text));
        case 8: return use(r.by("age"_by).from(age));
        case 9: return use(r.by("phone"_by, phone));
        default: return use(r.by("phone"_by).until(text));
        }
    }

    static plain_question<account> plain(choices const& pick)
    {
        auto const age = chosen_integer<std::uint32_t>(pick[0]);
        auto const text = chosen_text(pick[1]);
        auto const phone = chosen_or_none(chosen_text(pick[2]), pick[2]);
        auto const by_name = ordered_by<account>([](auto const& a) { return a.name; });
        auto const by_email = ordered_by<account>([](auto const& a) { return a.email; });
        auto const by_phone = ordered_by<account>([](auto const& a) { return a.phone; });
        auto const by_age = ordered_by<account>([](auto const& a) {
            return std::pair{a.age, a.email};
        });
        switch (pick[4] % 11) {
        case 0: return {};
        case 1: return {.less = by_name};
        case 2: return {[=](auto const& a) { return a.name >= text; }, by_name};
        case 3: return {.less = by_email};
        case 4: return {[=](auto const& a) { return a.email > text; }, by_email};
        case 5: return {[=](auto const& a) { return a.email == text; }, by_email};
        case 6: return {[=](auto const& a) { return a.age == age; }, by_age};
        case 7: return {[=](auto const& a) { return a.age == age && a.email <= text; }, by_age};
        case 8: return {[=](auto const& a) { return a.age >= age; }, by_age};
        case 9: return {[=](auto const& a) { return a.phone == phone; }, by_phone};
        default: return {[=](auto const& a) { return a.phone && *a.phone < text; }, by_phone};
        }
    }
};

template <>
struct menu<task> {
    template <class Repository, class Use>
    static void ask(Repository const& r, choices const& pick, Use const& use)
    {
        auto const status = chosen_status(pick[0]);
        auto const time = chosen_time(pick[1]);
        auto const end = chosen_time(pick[2]);
        switch (pick[4] % 7) {
        case 0: return use(r.scan());
        case 1: return use(r.prefix());
        case 2: return use(r.by("queue"_by));
        case 3: return use(r.by("queue"_by, status));
        case 4: return use(r.by("queue"_by, status).from(time).before(end));
        case 5: return use(r.by("queue"_by, status, time));
        default: return use(r.by("queue"_by).above(status));
        }
    }

    static plain_question<task> plain(choices const& pick)
    {
        auto const status = chosen_status(pick[0]);
        auto const time = chosen_time(pick[1]);
        auto const end = chosen_time(pick[2]);
        auto const by_id = ordered_by<task>([](auto const& t) { return t.id; });
        auto const queue = ordered_by<task>([](auto const& t) {
            return std::pair{t.status, t.created_at};
        });
        switch (pick[4] % 7) {
        case 0: return {};
        case 1: return {.less = by_id};
        case 2: return {.less = queue};
        case 3: return {[=](auto const& t) { return t.status == status; }, queue};
        case 4:
            return {
                [=](auto const& t) {
                    return t.status == status && t.created_at >= time && t.created_at < end;
                },
                queue};
        case 5:
            return {
                [=](auto const& t) { return t.status == status && t.created_at == time; }, queue};
        default: return {[=](auto const& t) { return t.status > status; }, queue};
        }
    }
};

template <>
struct menu<entry> {
    template <class Repository, class Use>
    static void ask(Repository const& r, choices const& pick, Use const& use)
    {
        auto const number = chosen_integer<std::int32_t>(pick[0]);
        auto const text = chosen_text(pick[1]);
        auto const weight = chosen_integer<std::int64_t>(pick[2]);
        switch (pick[4] % 7) {
        case 0: return use(r.scan());
        case 1: return use(r.prefix());
        case 2: return use(r.prefix().above(number));
        case 3: return use(r.by("text"_by));
        case 4: return use(r.by("text"_by, text));
        case 5: return use(r.by("weight"_by).through(weight));
        default: return use(r.by("weight"_by, weight).from(text));
        }
    }

    static plain_question<entry> plain(choices const& pick)
    {
        auto const number = chosen_integer<std::int32_t>(pick[0]);
        auto const text = chosen_text(pick[1]);
        auto const weight = chosen_integer<std::int64_t>(pick[2]);
        auto const by_text = ordered_by<entry>([](auto const& e) { return e.text; });
        auto const by_weight = ordered_by<entry>([](auto const& e) {
            return std::pair{e.weight, e.text};
        });
        switch (pick[4] % 7) {
        case 0:
        case 1: return {};
        case 2: return {.admits = [=](auto const& e) { return e.number > number; }};
        case 3: return {.less = by_text};
        case 4: return {[=](auto const& e) { return e.text == text; }, by_text};
        case 5: return {[=](auto const& e) { return e.weight <= weight; }, by_weight};
        default:
            return {[=](auto const& e) { return e.weight == weight && e.text >= text; }, by_weight};
        }
    }
};

template <>
struct menu<pair> {
    template <class Repository, class Use>
    static void ask(Repository const& r, choices const& pick, Use const& use)
    {
        auto const left = chosen_text(pick[0]);
        auto const right = chosen_text(pick[1]);
        switch (pick[4] % 6) {
        case 0: return use(r.scan());
        case 1: return use(r.prefix());
        case 2: return use(r.prefix(left));
        case 3: return use(r.prefix(left).from(right));
        case 4: return use(r.prefix().until(left));
        default: return use(r.prefix(left, right));
        }
    }

    static plain_question<pair> plain(choices const& pick)
    {
        auto const left = chosen_text(pick[0]);
        auto const right = chosen_text(pick[1]);
        auto const by_key = ordered_by<pair>([](auto const& p) {
            return std::pair{p.left, p.right};
        });
        switch (pick[4] % 6) {
        case 0: return {};
        case 1: return {.less = by_key};
        case 2: return {[=](auto const& p) { return p.left == left; }, by_key};
        case 3: return {[=](auto const& p) { return p.left == left && p.right >= right; }, by_key};
        case 4: return {[=](auto const& p) { return p.left < left; }, by_key};
        default: return {[=](auto const& p) { return p.left == left && p.right == right; }, by_key};
        }
    }
};

template <>
struct menu<reading> {
    /// A bound that is a number: NaN is refused before anything is asked.
    static double number(std::uint8_t choice)
    {
        auto const value = chosen_real(choice);
        return value == value ? value : 2.0;
    }

    template <class Repository, class Use>
    static void ask(Repository const& r, choices const& pick, Use const& use)
    {
        auto const deadline = chosen_or_none(chosen_time(pick[1] / 4), pick[1]);
        auto const level = chosen_integer<std::int16_t>(pick[2]);
        switch (pick[4] % 8) {
        case 0: return use(r.scan());
        case 1: return use(r.prefix());
        case 2: return use(r.by("celsius"_by));
        case 3: return use(r.by("celsius"_by).through(number(pick[0])));
        case 4: return use(r.by("celsius"_by, number(pick[0])));
        case 5: return use(r.by("deadline"_by, deadline).until(level));
        case 6: return use(r.by("deadline"_by).above(chosen_time(pick[1])));
        default: return use(r.by("slot"_by));
        }
    }

    static plain_question<reading> plain(choices const& pick)
    {
        auto const deadline = chosen_or_none(chosen_time(pick[1] / 4), pick[1]);
        auto const level = chosen_integer<std::int16_t>(pick[2]);
        auto const real = number(pick[0]);
        auto const time = chosen_time(pick[1]);
        auto const by_sensor = ordered_by<reading>([](auto const& r) { return r.sensor; });
        auto const by_celsius = ordered_by<reading>([](auto const& r) { return r.celsius; });
        auto const by_deadline = ordered_by<reading>([](auto const& r) {
            return std::pair{r.deadline, r.level};
        });
        auto const by_slot = ordered_by<reading>([](auto const& r) {
            return std::pair{r.level, r.humidity};
        });
        switch (pick[4] % 8) {
        case 0: return {};
        case 1: return {.less = by_sensor};
        case 2: return {.less = by_celsius};
        case 3: return {[=](auto const& r) { return r.celsius <= real; }, by_celsius};
        case 4: return {[=](auto const& r) { return r.celsius == real; }, by_celsius};
        case 5:
            return {
                [=](auto const& r) {
                    return r.deadline == deadline && r.level && *r.level < level;
                },
                by_deadline};
        case 6:
            return {[=](auto const& r) { return r.deadline && *r.deadline > time; }, by_deadline};
        default: return {.less = by_slot};
        }
    }
};

} // namespace test::program
