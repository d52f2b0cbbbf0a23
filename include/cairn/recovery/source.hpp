// SPDX-License-Identifier: BSL-1.0
// The records that a state is rebuilt from, and which of them came since a checkpoint.
#pragma once

#include <cairn/describe/schema.hpp>
#include <cairn/describe/shape_of.hpp>
#include <cairn/recovery/models.hpp>
#include <cairn/recovery/value.hpp>
#include <cairn/store/repository.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace cairn::inline v0 {

namespace detail {

/// The type of a column that may be absent, and how its value is found.
template <class T>
struct present {
    using type = T;
    static T const* find(T const& value) { return &value; }
};
template <class T>
struct present<std::optional<T>> {
    using type = T;
    static T const* find(std::optional<T> const& value) { return value ? &*value : nullptr; }
};

template <class T>
concept counts_up = std::integral<T> || requires
{
    T::min();
};

/// The least value of a type that can count changes.
template <class T>
constexpr T least_count()
{
    if constexpr (std::integral<T>)
        return std::numeric_limits<T>::min();
    else if constexpr (counts_up<T>)
        return T::min();
    else
        return T{};
}

// Named, since a closure's name would spell out everything that it stands in.

struct overlook_damage {
    void operator()(corrupt_record const&) const {}
};
struct report_damage {
    corrupt_sink to; ///< outlives the range
    void operator()(corrupt_record const& damage) const { to(damage); }
};

/// The newest sequence of a table, 0 if it is empty. `in` is a store, transaction or snapshot.
template <class Model, class Place>
std::int64_t newest_sequence(Place const& in)
{
    auto const found = in[table<Model>].scan().reversed().limit(1).sequences();
    return found.empty() ? 0 : found.front();
}

/// The records of a model are inserted and not changed.
struct unchanged {
    static constexpr bool counts = false;
    static constexpr bool whole = false;
};

/// The records of a model are read again in every recovery.
struct always_whole {
    static constexpr bool counts = false;
    static constexpr bool whole = true;
};

/// A column that grows with every change of a record, in an index, behind columns that have given
/// values.
template <class Model, class Index, class... Equal>
class change_counter {
    static constexpr auto columns = columns_of_order<Model, index_ordinal<Model, Index>>();
    static_assert(
        sizeof...(Equal) < columns.size(),
        "cairn::records: every column of this index has a value, there is none left that could "
        "count changes: give changed_by fewer values");
    static constexpr std::size_t member =
        columns[sizeof...(Equal) < columns.size() ? sizeof...(Equal) : 0];
    using column = present<member_type<Model, member>>;
    using value_type = typename column::type;
    static_assert(
        sizeof...(Equal) >= columns.size() || counts_up<value_type>,
        "cairn::records: changes are counted by an integer, a time or a duration: let the column "
        "of this index that changed_by leaves open be one");

public:
    static constexpr bool counts = true;
    static constexpr bool whole = false;

    explicit change_counter(Equal... equal) : equal_{std::move(equal)...} {}

    /// The greatest value in `in`. A damaged record does not count: the value may be too low, and
    /// then more is read again than need be.
    template <class Place>
    std::vector<std::byte> greatest(Place const& in) const
    {
        auto value = least_count<value_type>();
        auto const newest = ask(in).tolerate(overlook_damage{}).reversed().first();
        if (newest) {
            if (auto const* found = column::find(get_member<member>(*newest))) value = *found;
        }
        auto bytes = byte_buffer{};
        append_value(bytes, value);
        return {bytes.data(), bytes.data() + bytes.size()};
    }

    /// The records at or above a value that `greatest` gave.
    template <class Place>
    auto since(Place const& in, std::vector<std::byte> const& greatest) const
    {
        return ask(in).from(parse(greatest));
    }

    /// The value that `greatest` gave. Throws `checkpoint_refused` if the bytes are none.
    [[nodiscard]] static value_type parse(std::vector<std::byte> const& greatest)
    {
        auto value = value_type{};
        parse_value(greatest, value);
        return value;
    }

private:
    template <class Place>
    auto ask(Place const& in) const
    {
        return std::apply(
            [&](auto const&... equal) { return in[table<Model>].by(Index{}, equal...); }, equal_);
    }

    std::tuple<Equal...> equal_;
};

} // namespace detail

/// The records of one model, as a state is rebuilt from them; made by `records`.
template <class Model, class Changes>
class record_source {
    static_assert(
        !shape_of<Model>.key.is_sequence,
        "cairn::records: a model whose key is one signed integer is numbered by its key and not "
        "in the order of insertion, so that what came since a checkpoint cannot be found: make "
        "the key unsigned");

public:
    using model = Model;
    using changes = Changes;

    explicit record_source(Changes changed) : changed_{std::move(changed)} {}

    [[nodiscard]] Changes const& changed() const { return changed_; }

    /// The records are also updated, and with every update the column of `index` behind those that
    /// have the values `equal` takes a value that is not below any that it had in the table before:
    /// a round, a time that never falls, a count of changes. A record with an absent value has not
    /// been changed.
    ///
    /// Those at or above the greatest value that a checkpoint met are applied again on top of it.
    template <class Index, class... Equal>
    [[nodiscard]] auto changed_by(Index, Equal... equal) const
    {
        using counter = detail::change_counter<Model, Index, Equal...>;
        return record_source<Model, counter>{counter{std::move(equal)...}};
    }

    /// The records are few, change freely, and are all applied again in every recovery.
    [[nodiscard]] auto whole() const
    {
        return record_source<Model, detail::always_whole>{detail::always_whole{}};
    }

private:
    Changes changed_;
};

/// The records of a model, which are inserted and neither changed nor, unless a checkpoint is
/// written behind it in the same transaction, erased.
template <class Model>
[[nodiscard]] auto records(table_name<Model>)
{
    return record_source<Model, detail::unchanged>{detail::unchanged{}};
}

} // namespace cairn::inline v0
