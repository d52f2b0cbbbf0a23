// SPDX-License-Identifier: BSL-1.0
// A table as a plain map, with the rules that the documentation states.
#pragma once

#include "queries.hpp"
#include "transcript.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace test::program {

[[noreturn]] inline void refuse(
    cairn::errc code, std::string_view model, std::string key, std::string index = {})
{
    cairn::raise(
        code,
        {.message = {},
         .model = std::string{model},
         .key = std::move(key),
         .index = std::move(index)});
}

/// The rules of a model that no container knows.
inline char const* broken_unique(account const& a, account const& b)
{
    if (a.email == b.email) return "email";
    if (a.phone && a.phone == b.phone) return "phone";
    return nullptr;
}
inline char const* broken_unique(reading const& a, reading const& b)
{
    auto const same = a.level && a.humidity && a.level == b.level && a.humidity == b.humidity;
    return same ? "slot" : nullptr;
}
template <class Model>
char const* broken_unique(Model const&, Model const&)
{
    return nullptr;
}

inline bool is_allowed(task const& from, task const& to)
{
    using enum task_status;
    if (from.status == to.status) return true;
    if (from.status == pending) return to.status == processing || to.status == failed;
    return from.status == processing;
}
template <class Model>
bool is_allowed(Model const&, Model const&)
{
    return true;
}

inline char const* member_with_nan(reading const& r)
{
    if (std::isnan(r.celsius)) return "celsius";
    return r.humidity && std::isnan(*r.humidity) ? "humidity" : nullptr;
}
template <class Model>
char const* member_with_nan(Model const&)
{
    return nullptr;
}

inline void normalize(reading& r)
{
    r.celsius += 0.0;
    if (r.humidity) *r.humidity += 0.0F;
}
template <class Model>
void normalize(Model&)
{
}

/// The order in which records of equal rank come.
inline std::int64_t rank_of(entry const& r, std::int64_t)
{
    return r.number;
}
template <class Model>
std::int64_t rank_of(Model const&, std::int64_t inserted)
{
    return inserted;
}

/// One table: a map from key to record, and when each was inserted.
template <class Model>
class plain_table {
    using rules = meaning<Model>;
    using key = decltype(rules::key_in(std::declval<Model const&>()));
    static constexpr auto const& model = cairn::shape_of<Model>;

public:
    void insert(Model record)
    {
        check(record);
        auto const at = rules::key_in(record);
        if (records_.contains(at)) fail(cairn::errc::already_exists, record);
        check_uniques(record, nullptr);
        records_[at] = {rank_of(record, next_++), record};
    }

    void put(Model record)
    {
        check(record);
        auto const at = records_.find(rules::key_in(record));
        if (at == records_.end()) return insert(record);
        replace(at->second.record, record);
    }

    template <class Change>
    Model update(key const& wanted, std::string const& path, Change const& fn)
    {
        auto const at = records_.find(wanted);
        if (at == records_.end()) refuse(cairn::errc::not_found, model.name, path);
        auto after = at->second.record;
        fn(after);
        if (rules::key_in(after) != wanted) fail(cairn::errc::invalid_argument, at->second.record);
        check(after);
        replace(at->second.record, after);
        return after;
    }

    bool erase(key const& wanted) { return records_.erase(wanted) != 0; }
    std::size_t clear() { return std::exchange(records_, {}).size(); }

    std::optional<Model> find(key const& wanted) const
    {
        auto const at = records_.find(wanted);
        if (at == records_.end()) return std::nullopt;
        return at->second.record;
    }

    std::vector<Model> answer(plain_question<Model> const& q) const
    {
        auto rows = std::vector<row>{};
        for (auto const& [k, r] : records_)
            if (q.admits(r.record)) rows.push_back(r);
        std::sort(rows.begin(), rows.end(), [&](row const& a, row const& b) {
            if (q.less(a.record, b.record)) return true;
            return !q.less(b.record, a.record) && a.rank < b.rank;
        });
        auto result = std::vector<Model>{};
        for (auto const& r : rows) result.push_back(r.record);
        return result;
    }

private:
    struct row {
        std::int64_t rank;
        Model record;
    };

    [[noreturn]] static void fail(cairn::errc code, Model const& record, std::string index = {})
    {
        refuse(code, model.name, key_text(record), std::move(index));
    }

    static void check(Model& record)
    {
        if (auto const* member = member_with_nan(record))
            refuse(cairn::errc::invalid_argument, model.name, {}, member);
        normalize(record);
    }

    void replace(Model& before, Model const& after)
    {
        if (!is_allowed(before, after)) fail(cairn::errc::invalid_transition, after, "status");
        check_uniques(after, &before);
        before = after;
    }

    /// In the order of the descriptor: the first unique that any other record breaks.
    void check_uniques(Model const& record, Model const* self) const
    {
        for (auto const& index : model.indexes)
            for (auto const& [k, r] : records_) {
                if (&r.record == self || !shares(index.name, record, r.record)) continue;
                fail(cairn::errc::unique_conflict, record, std::string{index.name});
            }
    }
    static bool shares(std::string_view index, Model a, Model const& b)
    {
        for (auto const* broken = broken_unique(a, b); broken != nullptr;
             broken = next_broken(a, b, broken))
            if (index == broken) return true;
        return false;
    }
    static char const* next_broken(Model& a, Model const& b, std::string_view last)
    {
        if constexpr (std::is_same_v<Model, account>) {
            if (last == "email") {
                a.email = b.email + "other";
                return broken_unique(a, b);
            }
        }
        return nullptr;
    }

    std::map<key, row> records_;
    std::int64_t next_ = 0;
};

} // namespace test::program
