// SPDX-License-Identifier: BSL-1.0
// The backends that every law and every promise is checked on, and how a test opens one.
#pragma once

#include "models.hpp"
#include "ordered_bytes.hpp"
#include "temporary_folder.hpp"

#include <cairn/backend/sqlite/table.hpp>
#include <cairn/memory.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>

/// For TEST_CASE_TEMPLATE.
#define EVERY_BACKEND cairn::memory, cairn::sqlite, test::ordered_bytes

namespace test {

/// Whether a backend keeps its records in a file.
template <class Backend>
inline constexpr bool has_file = requires(typename Backend::options o)
{
    o.path;
};

/// A folder for a backend that has a file.
template <class Backend>
class place {
public:
    place()
    {
        if constexpr (has_file<Backend>) folder_.emplace();
    }

    [[nodiscard]] typename Backend::options options() const
    {
        auto result = typename Backend::options{};
        if constexpr (has_file<Backend>) {
            result.path = file();
            result.survives = cairn::survives::process_crash; // no test here cuts the power
        }
        return result;
    }

    [[nodiscard]] std::string file() const { return (folder_->path() / "test.db").string(); }

private:
    std::optional<temporary_folder> folder_{};
};

} // namespace test

/// So that test cases are listed by the names of their backends.
TYPE_TO_STRING_AS("memory", cairn::memory);
TYPE_TO_STRING_AS("sqlite", cairn::sqlite);
TYPE_TO_STRING_AS("ordered_bytes", test::ordered_bytes);
