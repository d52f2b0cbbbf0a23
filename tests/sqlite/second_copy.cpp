// SPDX-License-Identifier: BSL-1.0
// A plugin that hides its symbols, and so has a copy of the library's static data of its own.
#include "notebook.hpp"

#include <cairn/backend/sqlite/table.hpp>

/// Opens and closes the store; the code of the error, or -1.
extern "C" __attribute__((visibility("default"))) int second_copy_open(
    char const* path, int read_only)
{
    try {
        auto const options = cairn::sqlite_options{.path = path, .read_only = read_only != 0};
        auto const db = cairn::sqlite_database{options, cairn::shapes_of<test::notebook>};
        return -1;
    } catch (cairn::error const& refused) {
        return static_cast<int>(refused.code());
    }
}
