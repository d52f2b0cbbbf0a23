// SPDX-License-Identifier: BSL-1.0
// What a user says of a state: its name, what it is rebuilt from, and what it starts as.
#pragma once

#include <cairn/recovery/source.hpp>
#include <cairn/recovery/state.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

namespace cairn::inline v0 {

namespace detail {

template <class State>
struct default_state {
    State operator()() const { return State{}; }
};

template <class State, class Model>
concept applies = requires(State& s, Model&& record)
{
    s.apply(std::move(record));
};

template <class State, class Sources>
inline constexpr bool applies_all = false;
template <class State, class... Sources>
inline constexpr bool applies_all<State, std::tuple<Sources...>> =
    (applies<State, typename Sources::model> && ...);

} // namespace detail

/// How a state is recovered; made by `recovery`.
template <class State, class Start, class... Sources>
class recovery_plan {
    static_assert(
        sizeof...(Sources) != 0,
        "cairn::recovery: name the records that the state is rebuilt from: records(table)");
    static_assert(
        detail::applies_all<State, std::tuple<Sources...>>,
        "cairn::recovery: the state has no apply(Model const&) for one of the models that it is "
        "rebuilt from");
    static_assert(
        detail::saves_itself<State> == detail::loads_itself<State>,
        "cairn::recovery: a state that has save(checkpoint_writer&) const needs "
        "load(checkpoint_reader&), and the other way round");
    static_assert(
        detail::saves_itself<State> || detail::storable<State>,
        "cairn::recovery: this state cannot be saved: give it save(checkpoint_writer&) const and "
        "load(checkpoint_reader&), or adapt it with BOOST_HANA_ADAPT_STRUCT, all of its members");
    static_assert(
        detail::has_deltas<State> || !detail::has_some_of_deltas<State>,
        "cairn::recovery: a state with deltas has all of mark() const, "
        "save_since(checkpoint_writer&, mark) const and load_since(checkpoint_reader&)");

public:
    using state = State;
    using sources = std::tuple<Sources...>;

    recovery_plan(std::string name, std::uint32_t version, Start start, sources from)
        : name_{std::move(name)}, version_{version}, start_{std::move(start)}, from_{
                                                                                   std::move(from)}
    {
    }

    [[nodiscard]] std::string const& name() const { return name_; }
    [[nodiscard]] std::uint32_t version() const { return version_; }
    [[nodiscard]] sources const& from() const { return from_; }
    [[nodiscard]] State start() const { return start_(); }

    /// The same, beginning with what `start()` returns instead of `State{}`.
    template <class Other>
    [[nodiscard]] auto starting_from(Other start) const
    {
        return recovery_plan<State, Other, Sources...>{name_, version_, std::move(start), from_};
    }

    /// Calls `use(source)` for each of the sources in their order.
    template <class Use>
    void for_each_source(Use const& use) const
    {
        use_each(use, std::index_sequence_for<Sources...>{});
    }

private:
    template <class Use, std::size_t... I>
    void use_each(Use const& use, std::index_sequence<I...>) const
    {
        (use(std::get<I>(from_)), ...);
    }

    std::string name_;
    std::uint32_t version_;
    Start start_;
    sources from_;
};

/// How a `State` is recovered: under which name its checkpoints are stored, in which version of
/// its own bytes, and from which records it is rebuilt, model after model in this order.
///
///     auto const plan = cairn::recovery<ledger>("ledger", 1, cairn::records(entries));
template <class State, class... Sources>
[[nodiscard]] auto recovery(std::string name, std::uint32_t version, Sources... from)
{
    using start = detail::default_state<State>;
    return recovery_plan<State, start, Sources...>{
        std::move(name), version, start{}, std::tuple{std::move(from)...}};
}

} // namespace cairn::inline v0
