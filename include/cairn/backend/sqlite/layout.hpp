// SPDX-License-Identifier: BSL-1.0
// A model's table as the SQL sees it: which columns in which order, computed once per open store.
#pragma once

#include <cairn/backend/seam.hpp>
#include <cairn/describe/shape.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// The type of the sequence.
inline constexpr auto sequence_type = column_type{scalar::integer, 8, false};

/// A column of an order: one of the table's columns, or the sequence.
struct order_column {
    std::string_view name;
    column_type type;
    int place; ///< among the table's columns; -1 for the sequence
};

/// The columns that an order follows, and the index that has them.
struct order_layout {
    std::vector<order_column> columns;
    std::string index{}; ///< name of the SQL index; empty: the table itself
};

/// One model's table.
class layout {
public:
    explicit layout(shape const& model) : shape_{&model}
    {
        for (auto const member : model.columns) types_.push_back(model.members[member].type);
        for (auto const member : model.key.columns()) key_.push_back(place_of(member));
        orders_.push_back({{sequence_column()}, {}});
        orders_.push_back(key_order());
        for (auto const& index : model.indexes) orders_.push_back(index_order(index));
    }

    [[nodiscard]] shape const& model() const { return *shape_; }
    [[nodiscard]] std::size_t columns() const { return types_.size(); }
    [[nodiscard]] column_type type(std::size_t place) const { return types_[place]; }
    [[nodiscard]] std::string_view name(std::size_t place) const
    {
        return shape_->members[shape_->columns[place]].name;
    }
    /// The places of the key's fields among the columns, in the order of the key.
    [[nodiscard]] std::vector<int> const& key() const { return key_; }
    [[nodiscard]] bool key_is_sequence() const { return shape_->key.is_sequence; }
    [[nodiscard]] std::string_view sequence_name() const
    {
        return key_is_sequence() ? name(static_cast<std::size_t>(key_.front())) : "_seq";
    }

    /// 0: insertion, 1: key, 2 and above: index 0 and above.
    [[nodiscard]] static std::size_t order_number(question const& asked)
    {
        return asked.order == ordering::insertion ? 0
            : asked.order == ordering::key        ? 1
                                                  : std::size_t{2} + asked.index;
    }
    [[nodiscard]] order_layout const& order(std::size_t number) const { return orders_[number]; }

private:
    [[nodiscard]] int place_of(std::uint8_t member) const
    {
        auto const& all = shape_->columns;
        return static_cast<int>(std::find(all.begin(), all.end(), member) - all.begin());
    }

    [[nodiscard]] order_column column_of(std::uint8_t member) const
    {
        auto const& found = shape_->members[member];
        return {found.name, found.type, place_of(member)};
    }

    [[nodiscard]] order_column sequence_column() const
    {
        return {sequence_name(), sequence_type, -1};
    }

    [[nodiscard]] order_layout key_order() const
    {
        auto made = order_layout{};
        for (auto const member : shape_->key.columns()) made.columns.push_back(column_of(member));
        if (key_is_sequence() || made.columns.empty()) return made;
        made.index = std::string{"sqlite_autoindex_"}.append(shape_->name).append("_1");
        return made;
    }

    [[nodiscard]] order_layout index_order(index_shape const& index) const
    {
        auto made = order_layout{};
        for (auto const member : index.columns()) made.columns.push_back(column_of(member));
        made.columns.push_back(sequence_column());
        made.index = std::string{shape_->name}.append(".").append(index.name);
        return made;
    }

    shape const* shape_;
    std::vector<column_type> types_;
    std::vector<int> key_;
    std::vector<order_layout> orders_;
};

} // namespace cairn::inline v0::detail::sql
