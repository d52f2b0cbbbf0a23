// SPDX-License-Identifier: BSL-1.0
// A file that was written once: what is on disk is for ever. A change of any of it is a change of
// the file format, and fails here.
#include "frozen_file.hpp"

#include <filesystem>
#include <map>
#include <sstream>

using namespace cairn::literals;
using namespace frozen;

namespace {

/// A copy of the frozen file, since even reading makes files beside it.
class copy_of_golden {
public:
    copy_of_golden() { std::filesystem::copy_file("golden/store.db", path()); }

    [[nodiscard]] std::string path() const { return (folder_.path() / "store.db").string(); }
    [[nodiscard]] store open(bool read_only = false) const
    {
        return store{cairn::sqlite_options{.path = path(), .read_only = read_only}};
    }

private:
    test::temporary_folder folder_{};
};

void check_records(store const& db)
{
    CHECK(db[jobs].scan().to_vector() == all_jobs());
    CHECK(db[samples].scan().to_vector() == all_samples());
    CHECK(db[events].scan().to_vector() == all_events());
    CHECK(db[settings].get() == setting{77});
    CHECK(db[jobs].count() == 3);
    CHECK(
        db[jobs].by("queue"_by, state::waiting).to_vector()
        == std::vector{all_jobs().at(2), all_jobs().at(0)});
    CHECK(db[samples].by("label"_by, std::string{"a\0b", 3}).first() == all_samples().at(0));
    CHECK(db[samples].by("level"_by, std::nullopt).to_vector().at(0) == all_samples().at(1));
    CHECK(
        db[samples].get(~std::uint64_t{0} - 1, std::array<std::byte, 4>{}) == all_samples().at(1));
}

/// Ranges of every order, and of both directions, with the ids of their first page.
template <class Visitor>
void each_range(store const& db, Visitor const& visit)
{
    auto const first = cairn::timestamp{std::chrono::nanoseconds{-10}};
    visit("scan", db[jobs].scan());
    visit("scan-reversed", db[jobs].scan().reversed());
    visit("key", db[samples].prefix());
    visit("key-of-integer", db[events].prefix());
    visit("index", db[jobs].by("queue"_by));
    visit("index-bounded", db[jobs].by("queue"_by, state::waiting).from(first).reversed());
    visit("index-of-missing", db[samples].by("level"_by));
}

/// The lines of a golden file: a name, then words.
std::map<std::string, std::vector<std::string>> lines_of(std::string const& file)
{
    auto in = std::istringstream{text_of(file)};
    auto found = std::map<std::string, std::vector<std::string>>{};
    for (auto line = std::string{}; std::getline(in, line);) {
        if (line.starts_with("#")) continue;
        auto words = std::istringstream{line};
        auto name = std::string{};
        words >> name;
        for (auto word = std::string{}; words >> word;) found[name].push_back(word);
    }
    return found;
}

/// The first line of a file's dump that is not that of the frozen one, with its number; empty if
/// there is none.
std::string difference_from_text(std::string const& path)
{
    auto now = std::istringstream{dump(path)};
    auto then = std::istringstream{text_of("golden/store.txt")};
    for (auto number = 1;; ++number) {
        auto line = std::string{};
        auto wanted = std::string{};
        auto const more = static_cast<bool>(std::getline(then, wanted));
        if (static_cast<bool>(std::getline(now, line)) != more || line != wanted)
            return std::to_string(number) + ": " + line + " instead of " + wanted;
        if (!more) return number > 1 ? std::string{} : "there is no text";
    }
}

} // namespace

TEST_CASE("the frozen file opens for reading, and none of its bytes changes")
{
    auto const golden = copy_of_golden{};
    check_records(golden.open(true));
    CHECK(text_of(golden.path()) == text_of("golden/store.db"));
}

TEST_CASE("the frozen file opens for writing, is explained by the text beside it, and goes on")
{
    auto const golden = copy_of_golden{};
    check_records(golden.open());
    CHECK(difference_from_text(golden.path()) == "");
    {
        auto db = golden.open();
        db[jobs].insert(job_of('e', state::waiting, 7));
        CHECK(db[jobs].scan().sequences() == std::vector<std::int64_t>{1, 2, 3, 5});
        db[samples].update(
            7U, std::array{std::byte{0xde}, std::byte{0xad}, std::byte{0}, std::byte{0}},
            [](sample& s) { s.weight = 2; });
    }
    auto const db = golden.open(true);
    CHECK(db[jobs].get("job e") == job_of('e', state::waiting, 7));
    CHECK(db[samples].by("level"_by, std::int16_t{-300}).to_vector().at(0).weight == 2);
}

TEST_CASE("a file that is written now is the frozen one in every text, number and row")
{
    auto const folder = test::temporary_folder{};
    auto const path = (folder.path() / "store.db").string();
    {
        auto db = store{path};
        write_all(db);
    }
    CHECK(difference_from_text(path) == "");
}

TEST_CASE("page tokens are the frozen ones, and lead where they led")
{
    auto const golden = copy_of_golden{};
    auto const db = golden.open(true);
    auto const tokens = lines_of("golden/tokens.txt");
    auto compared = std::size_t{0};
    each_range(db, [&](std::string const& name, auto const& range) {
        CAPTURE(name);
        auto const page = range.page(1);
        auto const next = range.page(1, page.next);
        REQUIRE(tokens.contains(name));
        CHECK(std::vector{page.next, next.previous} == tokens.at(name));
        CHECK(range.page(1, tokens.at(name).at(0)).records == next.records);
        CHECK(range.page(1, tokens.at(name).at(1)).records == page.records);
        CHECK(next.records != page.records);
        ++compared;
    });
    CHECK(compared == tokens.size());
}
