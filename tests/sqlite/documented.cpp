// SPDX-License-Identifier: BSL-1.0
// docs/design.md shows what a file holds of the README's model: these are the texts that are made.
#include "store_file.hpp"

#include <sstream>

// The README's model, in the program that is compared with the README. It is not run, and what main
// may leave out other functions may not.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"
#define main first_example
#include "../../examples/01_first.cpp"
#undef main
#pragma GCC diagnostic pop

namespace {

/// Whether the document has these lines as a block, with nothing before and behind them in it.
bool shows(std::string const& text)
{
    static auto const document = test::bytes_of("../docs/design.md");
    auto block = std::string{"\n\n"};
    auto lines = std::istringstream{text};
    for (auto line = std::string{}; std::getline(lines, line);)
        block.append("    ").append(line).append("\n");
    return document.find(block + "\n") != std::string::npos;
}

/// The answers to a question about a file of the README's model.
std::vector<std::string> ask(std::string const& question)
{
    auto const folder = test::temporary_folder{};
    auto const path = (folder.path() / "state.db").string();
    cairn::store<app, cairn::sqlite>{path}.close();
    return test::sql(path, question);
}

} // namespace

TEST_CASE("docs/design.md shows the tables and indexes that are made, the catalog's included")
{
    auto const made = ask("SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY rowid");
    REQUIRE(made.size() == 4);
    CHECK(shows(made[0]));
    CHECK(shows(made[1]));
    CHECK(shows(made[2] + "\n" + made[3]));
    CHECK_FALSE(shows(made[3] + "\n" + made[2]));
}

TEST_CASE("docs/design.md shows what the catalog says of a model")
{
    for (auto const* column : {"record", "layout"}) {
        CAPTURE(column);
        auto const stored = ask(std::string{"SELECT "} + column + " FROM \"cairn.model\"");
        REQUIRE(stored.size() == 1);
        CHECK(shows(stored[0]));
    }
}
