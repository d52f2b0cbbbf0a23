// SPDX-License-Identifier: BSL-1.0
// From a path to a file that may be used: found, examined, locked; a refused one is not touched.
#pragma once

#include <cairn/backend/sqlite/file_header.hpp>
#include <cairn/backend/sqlite/registry.hpp>
#include <cairn/base/machine.hpp>

#include <ctime>
#include <memory>
#include <string>

namespace cairn::inline v0::detail::sql {

/// A database file that this process may use.
struct opened_file {
    std::string path{};
    file_id id{};
    std::uint64_t size = 0;
    bool has_log = false; ///< with something in it: the last store did not end, or others read
    registration entry{}; ///< goes after the lock
    std::unique_ptr<file_lock> lock{};
};

[[nodiscard]] inline std::string lock_content(machine const& on)
{
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(
        on.wall_time().time_since_epoch());
    auto const moment = static_cast<std::time_t>(seconds.count());
    auto parts = std::tm{};
    ::gmtime_r(&moment, &parts);
    char text[32] = {};
    auto const size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    auto content = std::string{"pid "}.append(std::to_string(on.process_id()));
    return content.append(" since ").append(text, size).append("\n");
}

/// Finds, checks and locks the file of one store.
class opening {
public:
    opening(sqlite_options const& options, machine& on)
        : options_{options}, machine_{on}, files_{on.files()}
    {
        if (options.path.empty() || options.path.find('\0') != std::string::npos)
            refuse_file(errc::invalid_argument, options.path, "this is no path of a database");
        if (options.path == ":memory:" || options.path.rfind("file:", 0) == 0)
            refuse_file(
                errc::invalid_argument, options.path,
                "SQLite's special names are not used: give the path of a file (./file:x for one of "
                "that name), and for a store in memory use cairn::memory");
    }

    [[nodiscard]] opened_file for_reading()
    {
        auto found = opened_file{};
        found.path = files_.real_path(options_.path);
        require_local(found.path);
        auto const alone = std::lock_guard{files_open_here().gate};
        auto const now = files_.status(found.path);
        if (now.kind == file_kind::missing)
            raise_system(ENOENT, "there is no database to read", found.path);
        require_free(found.path, now.id);
        refuse_other_copy(found.path);
        check(found.path, now);
        found.id = now.id;
        found.size = now.size;
        found.entry = registration{found.id, found.path, open_files::use::reading};
        return found;
    }

    [[nodiscard]] opened_file for_writing()
    {
        auto found = opened_file{};
        make_folder();
        found.path = files_.real_path(options_.path);
        require_local(found.path);
        auto const alone = std::lock_guard{files_open_here().gate};
        require_free(found.path, files_.status(found.path).id);
        refuse_other_copy(found.path);
        check_for_writing(found.path);
        lock(found);
        found.has_log = files_.status(found.path + "-wal").size > 0;
        auto const now = check_for_writing(found.path); // another process may have come between
        if (now.kind == file_kind::missing) files_.create_file(found.path);
        auto const locked = files_.status(found.path);
        found.id = locked.id;
        found.size = locked.size;
        found.entry = registration{found.id, found.path, open_files::use::writing};
        return found;
    }

private:
    static constexpr char const* side_files[] = {".lock", "-shm", "-wal", "-journal"};

    /// Refuses before anything is opened what must not be opened and closed here: both drop this
    /// process's locks on the file, whoever took them. Gives who else has the store open.
    open_files::owner require_free(std::string const& path, file_id id)
    {
        auto const owner = files_open_here().owner_of(id, path);
        if (owner == open_files::owner::parent) refuse_inherited(path);
        files_open_here().each([&](std::string const& store) {
            for (auto const* tail : side_files) {
                if (is_same(store + tail, path))
                    refuse_file(
                        errc::invalid_argument, path, "this file belongs to a store that is open");
                if (is_same(path + tail, store))
                    refuse_file(
                        errc::invalid_argument, path + tail,
                        "a store that is open has the name of a file of this one");
            }
        });
        return owner;
    }

    [[nodiscard]] bool is_same(std::string const& one, std::string const& other)
    {
        auto const id = id_of(one);
        return one == other || (id != file_id{} && id == id_of(other));
    }

    /// None for a file that cannot be looked at: another store's may lie where this process may no
    /// longer look.
    [[nodiscard]] file_id id_of(std::string const& path)
    {
        try {
            return files_.status(path).id;
        } catch (error const&) {
            return {};
        }
    }

    /// Two copies of the library's static data, as in a program and a plugin that hide their
    /// symbols, do not see each other's stores; but the lock's descriptor is the process's.
    void refuse_other_copy(std::string const& path)
    {
        auto const known = files_open_here().owner_of(files_.status(path).id, path);
        if (known == open_files::owner::none && lock_descriptors(path) > 0)
            refuse_locked(path, other_copy);
    }
    [[nodiscard]] int lock_descriptors(std::string const& path)
    {
        auto const lock = files_.status(path + ".lock");
        return lock.kind == file_kind::missing ? 0 : files_.descriptors_of(lock.id);
    }

    void make_folder()
    {
        auto const folder = folder_of(options_.path);
        if (options_.create_folders && files_.status(folder).kind == file_kind::missing)
            files_.create_folders(folder);
    }

    void require_local(std::string const& path)
    {
        if (options_.allow_network_fs || !files_.on_network(folder_of(path))) return;
        refuse_file(
            errc::invalid_argument, path,
            "the file lies on a network file system, whose locks are not dependable "
            "(sqlite_options::allow_network_fs)");
    }

    void check(std::string const& path, file_status const& now)
    {
        if (now.kind != file_kind::regular)
            raise_system(EISDIR, "this is not a regular file", path);
        if (now.links > 1)
            refuse_file(
                errc::invalid_argument, path,
                "the file has several names (hard links), so its log could be missed");
        auto const file = raw_file{path, options_.vfs};
        if (file.size() == 0) return refuse_log_alone(path);
        if (creation_was_cut_short(path)) return;
        auto const header = file.read<100>(0);
        examine(is_sqlite(header) ? header : header_behind(path), path);
    }

    [[nodiscard]] bool creation_was_cut_short(std::string const& path)
    {
        auto const journal = path + "-journal";
        return files_.status(journal).kind == file_kind::regular
            && undoes_creation(raw_file{journal, options_.vfs});
    }

    /// The header that SQLite will see once it has repaired the file.
    [[nodiscard]] raw_header header_behind(std::string const& path)
    {
        for (auto const* tail : {"-journal", "-wal"}) {
            if (files_.status(path + tail).kind != file_kind::regular) continue;
            auto const file = raw_file{path + tail, options_.vfs};
            auto const found = tail[1] == 'j' ? header_in_journal(file) : header_in_log(file);
            if (is_sqlite(found)) return found;
        }
        return {};
    }

    file_status check_for_writing(std::string const& path)
    {
        auto const now = files_.status(path);
        if (require_free(path, now.id) == open_files::owner::this_process)
            refuse_locked(path, "this process, pid " + std::to_string(machine_.process_id()));
        if (now.kind == file_kind::missing) {
            refuse_log_alone(path);
            return now;
        }
        check(path, now);
        return now;
    }

    /// SQLite deletes a log that it finds beside an empty database, and what was committed with it.
    void refuse_log_alone(std::string const& path)
    {
        if (files_.status(path + "-wal").size == 0) return;
        refuse_file(
            errc::corrupt_store, path,
            "there is a log (-wal) with commits in it, but its database is missing or empty: bring "
            "the database back, or remove the log to do without them");
    }

    void lock(opened_file& found)
    {
        auto attempt = files_.lock(found.path + ".lock", lock_content(machine_));
        if (!attempt.lock) refuse_locked(found.path, attempt.holder);
        if (lock_descriptors(found.path) > 1) {        // another copy came at the same time
            static_cast<void>(attempt.lock.release()); // closing ours would drop its lock
            refuse_locked(found.path, other_copy);
        }
        found.lock = std::move(attempt.lock);
    }

    static constexpr auto const* other_copy = "this process, through another copy of this library";

    [[noreturn]] static void refuse_inherited(std::string const& path)
    {
        refuse_file(
            errc::misuse, path,
            "the parent process had this store open when it forked this one, which can never open "
            "it: call exec first, or fork before the store is opened");
    }

    [[noreturn]] static void refuse_locked(std::string const& path, std::string const& holder)
    {
        auto details = error_details{};
        details.message = "the store is open for writing elsewhere";
        details.index = path;
        details.notes.push_back("held by " + holder);
        raise(errc::store_locked, std::move(details));
    }

    sqlite_options const& options_;
    machine& machine_;
    file_operations& files_;
};

} // namespace cairn::inline v0::detail::sql
