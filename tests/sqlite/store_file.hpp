// SPDX-License-Identifier: BSL-1.0
// A store in a file as these tests use it: through the seam, with SQLite itself beside it.
#pragma once

#include "../support/temporary_folder.hpp"
#include "notebook.hpp"

#include <cairn/backend/sqlite/table.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <vector>

namespace test {

/// An open store of notes and events, and shorthand for what is done to it.
class open_notes {
public:
    explicit open_notes(cairn::sqlite_options options)
        : database{std::move(options), cairn::shapes_of<notebook>}
    {
    }
    explicit open_notes(std::string path)
        : open_notes{cairn::sqlite_options{.path = std::move(path)}}
    {
    }

    /// Runs `fn(session)` as a transaction.
    template <class Function>
    void write(Function const& fn)
    {
        auto& s = database.writer();
        s.begin();
        try {
            fn(s);
            s.commit();
        } catch (...) {
            s.rollback();
            throw;
        }
        database.after_commit();
    }

    bool insert(note const& one)
    {
        auto stored = false;
        write([&](auto& s) { stored = notes.insert(s, one); });
        return stored;
    }

    std::optional<note> find(std::string_view id)
    {
        cairn::cell const key[] = {cairn::cell::of(id)};
        auto lease = database.read();
        auto found = notes.find(lease.session(), key);
        if (!found) return {};
        return found->record;
    }

    std::uint64_t count()
    {
        auto lease = database.read();
        return notes.count(lease.session(), {});
    }

    /// Lets SQLite write pages to the log before their commit, as the library never does.
    void let_spill()
    {
        auto* const handle = database.writing_connection()->handle();
        REQUIRE(sqlite3_exec(handle, "PRAGMA cache_spill = 1", {}, {}, {}) == SQLITE_OK);
    }

    cairn::sqlite_database database;
    cairn::sqlite_table<note> notes{database, 0};
    cairn::sqlite_table<event> events{database, 1};
};

/// Runs SQL on a file with a connection of its own; the first column of every row.
inline std::vector<std::string> sql(std::string const& path, std::string const& text)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    auto rows = std::vector<std::string>{};
    auto const keep = [](void* to, int, char** values, char**) {
        static_cast<std::vector<std::string>*>(to)->emplace_back(values[0] ? values[0] : "NULL");
        return 0;
    };
    auto const code = sqlite3_exec(db, text.c_str(), keep, &rows, nullptr);
    auto const message = std::string{sqlite3_errmsg(db)};
    sqlite3_close(db);
    INFO(text << ": " << message);
    REQUIRE(code == SQLITE_OK);
    return rows;
}

inline std::string bytes_of(std::filesystem::path const& file)
{
    auto in = std::ifstream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Every file of a folder with its bytes. The index of the log is left out: it is memory, and any
/// reader may rebuild it.
inline std::map<std::string, std::string> contents_of(std::filesystem::path const& folder)
{
    auto found = std::map<std::string, std::string>{};
    for (auto const& entry : std::filesystem::directory_iterator{folder}) {
        auto const name = entry.path().filename().string();
        if (name.ends_with("-shm")) continue;
        auto const plain = std::filesystem::is_regular_file(entry.symlink_status());
        found[name] = plain ? bytes_of(entry.path()) : std::string{};
    }
    return found;
}

/// A process that is forked before this one has anything open. It runs `body` with two ends of
/// pipes and exits with what that returns.
class child_process {
public:
    explicit child_process(std::function<int(int in, int out)> const& body)
    {
        int to_child[2];
        int from_child[2];
        REQUIRE(::pipe(to_child) == 0);
        REQUIRE(::pipe(from_child) == 0);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::close(to_child[1]);
            ::close(from_child[0]);
            auto code = 99;
            try {
                code = body(to_child[0], from_child[1]);
            } catch (...) { // NOLINT(bugprone-empty-catch): the code says it
            }
            ::_exit(code);
        }
        ::close(to_child[0]);
        ::close(from_child[1]);
        in_ = from_child[0];
        out_ = to_child[1];
    }
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    ~child_process()
    {
        if (pid_ > 0) kill();
        ::close(in_);
        ::close(out_);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    void tell(char word = 'g') const { REQUIRE(::write(out_, &word, 1) == 1); }
    /// The next word that the child says; NUL if it is gone.
    [[nodiscard]] char hear() const
    {
        auto word = '\0';
        return ::read(in_, &word, 1) == 1 ? word : '\0';
    }
    void kill()
    {
        ::kill(pid_, SIGKILL);
        static_cast<void>(wait());
    }
    [[nodiscard]] int wait()
    {
        auto status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
};

inline char hear_from(int pipe)
{
    auto word = '\0';
    return ::read(pipe, &word, 1) == 1 ? word : '\0';
}

inline void say(int pipe, char word)
{
    static_cast<void>(::write(pipe, &word, 1) == 1);
}

/// The error that `fn` throws, which must be a cairn one.
template <class Function>
cairn::error error_of_call(Function const& fn)
{
    try {
        fn();
    } catch (cairn::error const& thrown) {
        return thrown;
    }
    FAIL("nothing was thrown");
    throw;
}

/// The code of the error that `fn` throws.
template <class Function>
cairn::errc code_of(Function const& fn)
{
    return error_of_call(fn).code();
}

} // namespace test

namespace doctest {
template <>
struct StringMaker<cairn::errc> {
    static String convert(cairn::errc code) { return std::string{cairn::to_string(code)}.c_str(); }
};
} // namespace doctest
