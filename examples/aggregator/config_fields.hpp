// SPDX-License-Identifier: BSL-1.0
// The one table of settings: names, bounds and meanings, visited to read, check and print them.
#pragma once

#include "config.hpp"

#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>

namespace aggregator {

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
};

/// Visits every setting of `settings` in the order of the documentation.
void visit_fields(field_visitor& visitor, config& settings);

} // namespace aggregator
