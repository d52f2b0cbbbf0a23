// SPDX-License-Identifier: BSL-1.0
// SQLite's own VFS under another name, with a look at what goes through it: a VFS named "watched".
#pragma once

#include <functional>
#include <sqlite3.h>

namespace test {

/// What a test wants to know or to change. One at a time is in force.
struct watch {
    /// Asked before each write to a log; SQLITE_OK lets it through.
    std::function<int(int size, sqlite3_int64 offset)> before_log_write{};
    /// Called when a log was synced.
    std::function<void()> after_log_sync{};
    /// Called when a commit has become visible to other connections, and its own does not know yet.
    std::function<void()> when_visible{};
    /// Whether a write leaves the rest of its sector alone if the power goes.
    bool powersafe_overwrite = true;
};

class watched_vfs {
public:
    explicit watched_vfs(watch& how)
    {
        current() = &how;
        static auto const installed = install();
        static_cast<void>(installed);
    }
    watched_vfs(watched_vfs const&) = delete;
    watched_vfs& operator=(watched_vfs const&) = delete;
    ~watched_vfs() { current() = nullptr; }

    static constexpr auto const* name = "watched";

private:
    static watch*& current()
    {
        static watch* in_force = nullptr;
        return in_force;
    }
    static sqlite3_vfs* real() { return sqlite3_vfs_find("unix"); }
    static sqlite3_io_methods& of_logs()
    {
        static sqlite3_io_methods methods{};
        return methods;
    }
    static sqlite3_io_methods& of_databases()
    {
        static sqlite3_io_methods methods{};
        return methods;
    }

    /// The methods that unix files have, and some of ours in front of them.
    static sqlite3_io_methods const*& below(sqlite3_io_methods const& mine)
    {
        static sqlite3_io_methods const* log = nullptr;
        static sqlite3_io_methods const* database = nullptr;
        return &mine == &of_logs() ? log : database;
    }

    static int characteristics(sqlite3_file* file)
    {
        auto const all = below(*file->pMethods)->xDeviceCharacteristics(file);
        auto const safe = current() == nullptr || current()->powersafe_overwrite;
        return safe ? all : all & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
    }
    static int write(sqlite3_file* file, void const* from, int size, sqlite3_int64 offset)
    {
        if (current() != nullptr && current()->before_log_write)
            if (auto const code = current()->before_log_write(size, offset); code != SQLITE_OK)
                return code;
        return below(of_logs())->xWrite(file, from, size, offset);
    }
    static int sync(sqlite3_file* file, int flags)
    {
        auto const code = below(of_logs())->xSync(file, flags);
        if (current() != nullptr && current()->after_log_sync) current()->after_log_sync();
        return code;
    }
    /// Lock 0 of the log's index is the writer's: a commit ends when it lets go of it.
    static int lock_index(sqlite3_file* file, int first, int count, int how)
    {
        constexpr auto release = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
        auto const code = below(of_databases())->xShmLock(file, first, count, how);
        if (first == 0 && how == release && current() != nullptr && current()->when_visible)
            current()->when_visible();
        return code;
    }
    static int open(sqlite3_vfs*, char const* name_of, sqlite3_file* file, int flags, int* granted)
    {
        auto const code = real()->xOpen(real(), name_of, file, flags, granted);
        if (code != SQLITE_OK || file->pMethods == nullptr) return code;
        if ((flags & SQLITE_OPEN_WAL) != 0) put_in_front(file, of_logs());
        if ((flags & SQLITE_OPEN_MAIN_DB) != 0) put_in_front(file, of_databases());
        return code;
    }
    static void put_in_front(sqlite3_file* file, sqlite3_io_methods& mine)
    {
        if (below(mine) == nullptr) {
            below(mine) = file->pMethods;
            mine = *file->pMethods;
            mine.xDeviceCharacteristics = &characteristics;
            if (&mine == &of_logs()) {
                mine.xWrite = &write;
                mine.xSync = &sync;
            } else {
                mine.xShmLock = &lock_index;
            }
        }
        file->pMethods = &mine;
    }
    static int install()
    {
        static auto vfs = *real();
        vfs.zName = name;
        vfs.pNext = nullptr;
        vfs.xOpen = &open;
        return sqlite3_vfs_register(&vfs, 0);
    }
};

} // namespace test
