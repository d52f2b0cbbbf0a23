// SPDX-License-Identifier: BSL-1.0
// What a table of settings is visited with: to read it, to check it, to print it.
#pragma once

#include "types.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// What stands in the place of a secret that was not asked for.
inline constexpr std::string_view masked_text = "***";

enum class presence : std::uint8_t { optional, required };

struct number_range {
    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::int64_t>::max();
};

/// What can be done with each setting. Sections and list items nest.
class field_visitor {
public:
    virtual ~field_visitor() = default;

    virtual void text(
        std::string_view name, std::string& value, presence needed, std::string_view meaning) = 0;
    /// A text that is printed as "***", unless secrets are asked for.
    virtual void secret(std::string_view name, std::string& value, std::string_view meaning) = 0;
    virtual void number(
        std::string_view name, std::uint64_t& value, number_range range, presence needed,
        std::string_view meaning) = 0;
    virtual void maybe_number(
        std::string_view name, std::optional<std::uint64_t>& value, std::string_view meaning) = 0;
    virtual void numbers(
        std::string_view name, std::vector<std::uint64_t>& values, number_range range,
        presence needed, std::string_view meaning) = 0;
    virtual void size(std::string_view name, std::uint64_t& value, std::string_view meaning) = 0;
    virtual void duration(
        std::string_view name, std::chrono::nanoseconds& value, std::string_view meaning) = 0;
    virtual void choice(
        std::string_view name, std::uint64_t& value, std::span<std::string_view const> names,
        std::string_view meaning) = 0;
    virtual void address(std::string_view name, address20& value, std::string_view meaning) = 0;
    virtual void maybe_address(
        std::string_view name, std::optional<address20>& value, std::string_view meaning) = 0;
    virtual void data(std::string_view name, bytes& value, std::string_view meaning) = 0;

    virtual void begin_section(std::string_view name, std::string_view meaning) = 0;
    virtual void end_section() = 0;
    /// The number of items to visit, given the number there are.
    virtual std::size_t begin_list(
        std::string_view name, std::size_t size, presence needed, std::string_view meaning) = 0;
    virtual void begin_item(std::size_t index) = 0;
    virtual void end_item() = 0;
    virtual void end_list() = 0;
    /// Whether an item with its defaults is to be visited, for a list that has none.
    virtual bool begin_example() { return false; }
    virtual void end_example() {}
};

/// An enum whose values are the positions of its names.
template <class Enum>
void choice(
    field_visitor& v, std::string_view name, Enum& value, std::span<std::string_view const> names,
    std::string_view meaning)
{
    auto number = static_cast<std::uint64_t>(value);
    v.choice(name, number, names, meaning);
    value = static_cast<Enum>(number);
}

template <class Item>
void list(
    field_visitor& v, std::string_view name, std::vector<Item>& items, presence needed,
    std::string_view meaning, void (*visit_item)(field_visitor&, Item&))
{
    items.resize(v.begin_list(name, items.size(), needed, meaning));
    for (std::size_t i = 0; i < items.size(); ++i) {
        v.begin_item(i);
        visit_item(v, items[i]);
        v.end_item();
    }
    if (items.empty() && v.begin_example()) {
        auto example = Item{};
        visit_item(v, example);
        v.end_example();
    }
    v.end_list();
}

/// Everything that is wrong with a configuration file: one line a violation, each beginning with
/// "<file>:<line>:<column>: <path>: ".
class config_error : public std::runtime_error {
public:
    explicit config_error(std::vector<std::string> problems);

    [[nodiscard]] std::vector<std::string> const& problems() const { return problems_; }

private:
    std::vector<std::string> problems_;
};

} // namespace common
