// SPDX-License-Identifier: BSL-1.0
// What a program that was refused goes on with, so that the first error is the only one.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace cairn::inline v0::detail {

/// Never run; a body, because a function without one may not take a type of its caller's.
template <class Result>
[[noreturn]] Result never()
{
    std::terminate();
}

/// Compiles like a range of `Model`, and is never run.
template <class Model>
struct range_stand_in {
    template <class... Any>
    range_stand_in from(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in above(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in until(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in before(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in through(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in after(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in limit(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in tolerate(Any const&...) const
    {
        return never<range_stand_in>();
    }
    template <class... Any>
    range_stand_in after_sequence(Any const&...) const
    {
        return never<range_stand_in>();
    }
    range_stand_in reversed() const { return never<range_stand_in>(); }

    Model const* begin() const { return never<Model const*>(); }
    Model const* end() const { return never<Model const*>(); }
    std::optional<Model> first() const { return never<std::optional<Model>>(); }
    std::vector<Model> to_vector() const { return never<std::vector<Model>>(); }
    std::uint64_t count() const { return never<std::uint64_t>(); }
    std::uint64_t erase() const { return never<std::uint64_t>(); }
    template <class... Any>
    std::vector<Model> update(Any const&...) const
    {
        return never<std::vector<Model>>();
    }

    struct page_stand_in {
        std::vector<Model> records;
        std::string next;
        std::string previous;
    };
    template <class... Any>
    page_stand_in page(Any const&...) const
    {
        return never<page_stand_in>();
    }
    std::vector<Model> keys() const { return never<std::vector<Model>>(); }
    std::vector<std::int64_t> sequences() const { return never<std::vector<std::int64_t>>(); }
};

/// Compiles like a repository of `Model`, and is never run.
template <class Model>
struct repository_stand_in {
    void insert(Model const&) const {} // also for a list in braces
    template <class... Any>
    void insert(Any const&...) const
    {
    }
    void put(Model const&) const {}
    template <class... Any>
    void put(Any const&...) const
    {
    }
    template <class... Any>
    Model update(Any const&...) const
    {
        return never<Model>();
    }
    template <class... Any>
    bool erase(Any const&...) const
    {
        return never<bool>();
    }
    template <class... Any>
    Model get(Any const&...) const
    {
        return never<Model>();
    }
    template <class... Any>
    std::optional<Model> find(Any const&...) const
    {
        return never<std::optional<Model>>();
    }
    template <class... Any>
    bool contains(Any const&...) const
    {
        return never<bool>();
    }
    template <class... Any>
    bool visit(Any const&...) const
    {
        return never<bool>();
    }
    template <class... Any>
    range_stand_in<Model> by(Any const&...) const
    {
        return never<range_stand_in<Model>>();
    }
    template <class... Any>
    range_stand_in<Model> prefix(Any const&...) const
    {
        return never<range_stand_in<Model>>();
    }
    range_stand_in<Model> scan() const { return never<range_stand_in<Model>>(); }
    std::uint64_t count() const { return never<std::uint64_t>(); }
    std::uint64_t clear() const { return never<std::uint64_t>(); }
};

} // namespace cairn::inline v0::detail
