// SPDX-License-Identifier: BSL-1.0
// A VFS over another one, for the connection that writes: a commit's frames reach the log in one
// piece.
#pragma once

#include <cairn/backend/sqlite/failure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <sqlite3.h>
#include <string>

namespace cairn::inline v0::detail::sql {

/// Whether a write that is torn leaves what lies beside it in the same sector as it was.
[[nodiscard]] inline bool overwrites_safely(sqlite3_file* file)
{
    auto const kind = file->pMethods->xDeviceCharacteristics(file);
    return (kind & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
}

/// SQLite's log file, and the end of it that was written but not yet sent on.
///
/// SQLite writes a log front to back, two calls for each page, but for pages that a transaction
/// larger than the cache changes again; and it syncs the log before it tells anyone that the pages
/// are there. Until then only this connection reads them. So they may wait here for that sync, and
/// cost one call.
///
/// If sending fails, SQLite is told as by any write. In a sync it takes back the whole transaction:
/// what was held is dropped, since it has the commit in it, which must not come to light later. In
/// a write it may go on with what it wrote before, so that is kept: no commit can come of it, since
/// the call that makes one valid is the last before the sync. What is rolled back is dropped, by
/// `drop`, and by the first page that goes in its place: sent behind a commit it could fail, and the
/// commit be there all the same. (Where SQLite fills up a sector behind a commit, nothing is held.)
class gathered_log {
public:
    /// What is sent at once: the pages of a batch of a few records, which still fit in a cache.
    static constexpr std::size_t capacity = std::size_t{128} << 10;

    /// Opens the log through `vfs`; the file below lies behind this object, whose address is kept
    /// in `known` while it is open. `holds`: whether the database's file says that a torn write
    /// spoils nothing beside it, which is what SQLite goes by.
    static int open(
        sqlite3_vfs* vfs, char const* name, sqlite3_file* at, int flags, int* granted, bool holds,
        gathered_log*& known)
    {
        auto* const log = new (at) gathered_log{known};
        auto* const file = log->below();
        file->pMethods = nullptr;
        auto const code = vfs->xOpen(vfs, name, file, flags, granted);
        if (code == SQLITE_OK && holds) {
            log->held_ = static_cast<std::byte*>(sqlite3_malloc64(capacity));
            if (log->held_ == nullptr) {
                static_cast<void>(file->pMethods->xClose(file));
                return SQLITE_NOMEM;
            }
        }
        if (file->pMethods != nullptr) log->base_.pMethods = &methods; // then it will be closed
        if (code == SQLITE_OK) known = log;
        return code;
    }

    /// Forgets what was not sent: its transaction is over.
    void drop() { size_ = 0; }

    /// What `sqlite3_vfs::szOsFile` must be more than that of the file below.
    [[nodiscard]] static constexpr std::size_t size() { return sizeof(gathered_log); }

private:
    explicit gathered_log(gathered_log*& known) : known_{known} {}

    static gathered_log& of(sqlite3_file* file) { return *reinterpret_cast<gathered_log*>(file); }
    [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    [[nodiscard]] sqlite3_int64 end() const { return start_ + static_cast<sqlite3_int64>(size_); }

    int send()
    {
        if (size_ == 0) return SQLITE_OK;
        auto const code = below()->pMethods->xWrite(
            below(), held_, static_cast<int>(size_), start_);
        if (code == SQLITE_OK) size_ = 0;
        return code;
    }

    [[nodiscard]] bool takes(sqlite3_int64 offset, int size) const
    {
        return size_ == 0 ? std::size_t(size) <= capacity
                          : offset >= start_ && offset <= end()
                && offset + size <= start_ + static_cast<sqlite3_int64>(capacity);
    }

    static int write(sqlite3_file* file, void const* from, int size, sqlite3_int64 offset)
    {
        auto& log = of(file);
        if (!log.takes(offset, size))
            if (auto const code = log.send(); code != SQLITE_OK) return code;
        if (log.held_ == nullptr || !log.takes(offset, size))
            return log.below()->pMethods->xWrite(log.below(), from, size, offset);
        if (log.size_ == 0) log.start_ = offset;
        auto const place = static_cast<std::size_t>(offset - log.start_);
        auto const end = place + static_cast<std::size_t>(size);
        std::memcpy(log.held_ + place, from, static_cast<std::size_t>(size));
        // A page that follows its header is new: what lies behind it was taken back.
        log.size_ = offset == log.last_ ? end : std::max(log.size_, end);
        log.last_ = offset + size;
        return SQLITE_OK;
    }

    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset)
    {
        auto& log = of(file);
        auto const apart = offset + size <= log.start_ || offset >= log.end();
        if (!apart && offset >= log.start_ && offset + size <= log.end()) {
            std::memcpy(to, log.held_ + (offset - log.start_), static_cast<std::size_t>(size));
            return SQLITE_OK;
        }
        if (!apart)
            if (auto const code = log.send(); code != SQLITE_OK) return code;
        return log.below()->pMethods->xRead(log.below(), to, size, offset);
    }

    static int sync(sqlite3_file* file, int flags)
    {
        auto& log = of(file);
        if (auto const code = log.send(); code != SQLITE_OK) {
            log.drop();
            return code;
        }
        return log.below()->pMethods->xSync(log.below(), flags);
    }

    static int truncate(sqlite3_file* file, sqlite3_int64 size)
    {
        auto& log = of(file);
        auto const left = std::max(size - log.start_, sqlite3_int64{});
        log.size_ = std::min(log.size_, static_cast<std::size_t>(left));
        return log.below()->pMethods->xTruncate(log.below(), size);
    }

    static int file_size(sqlite3_file* file, sqlite3_int64* size)
    {
        auto& log = of(file);
        auto const code = log.below()->pMethods->xFileSize(log.below(), size);
        if (log.size_ != 0) *size = std::max(*size, log.end());
        return code;
    }

    /// What is held was never synced, so it is no commit.
    static int close(sqlite3_file* file)
    {
        auto& log = of(file);
        sqlite3_free(log.held_);
        log.known_ = nullptr;
        log.base_.pMethods = nullptr;
        return log.below()->pMethods->xClose(log.below());
    }

    /// Calls a method that has nothing to do with the file's bytes.
    template <auto Method, class... Arguments>
    static int pass(sqlite3_file* file, Arguments... arguments)
    {
        return (of(file).below()->pMethods->*Method)(of(file).below(), arguments...);
    }

    using io = sqlite3_io_methods;
    static constexpr io methods{
        .iVersion = 1, // a log is not mapped
        .xClose = &close,
        .xRead = &read,
        .xWrite = &write,
        .xTruncate = &truncate,
        .xSync = &sync,
        .xFileSize = &file_size,
        .xLock = &pass<&io::xLock, int>,
        .xUnlock = &pass<&io::xUnlock, int>,
        .xCheckReservedLock = &pass<&io::xCheckReservedLock, int*>,
        .xFileControl = &pass<&io::xFileControl, int, void*>,
        .xSectorSize = &pass<&io::xSectorSize>,
        .xDeviceCharacteristics = &pass<&io::xDeviceCharacteristics>,
        .xShmMap = nullptr,
        .xShmLock = nullptr,
        .xShmBarrier = nullptr,
        .xShmUnmap = nullptr,
        .xFetch = nullptr,
        .xUnfetch = nullptr};

    sqlite3_file base_{};
    std::byte* held_ = nullptr; ///< null where nothing may be held
    std::size_t size_ = 0;
    sqlite3_int64 start_ = 0; ///< where what is held belongs
    sqlite3_int64 last_ = -1; ///< where the last write ended
    gathered_log*& known_;
};

/// Passes everything on to another VFS, but opens logs as `gathered_log`. Only for a connection
/// that syncs its log at each commit: where it does not, other connections would look for pages
/// that are still held here. Registered under a name of its own for as long as it lives, which
/// must be longer than any connection through it.
class log_vfs {
public:
    /// @errors  `invalid_argument` if there is no VFS of that name; `out_of_memory`.
    explicit log_vfs(std::string const& below)
        : below_{sqlite3_vfs_find(below.empty() ? nullptr : below.c_str())}
    {
        if (below_ == nullptr) raise(errc::invalid_argument, {.message = "there is no such VFS"});
        own_.vfs = *below_;
        own_.vfs.pNext = nullptr;
        own_.vfs.iVersion = below_->iVersion < 2 ? 1 : 2;
        own_.vfs.szOsFile += static_cast<int>(gathered_log::size());
        own_.vfs.zName = name_.c_str();
        own_.below = below_;
        pass_on();
        if (auto const code = sqlite3_vfs_register(&own_.vfs, 0); code != SQLITE_OK)
            fail(nullptr, code, "a VFS cannot be registered");
    }
    log_vfs(log_vfs const&) = delete;
    log_vfs& operator=(log_vfs const&) = delete;
    ~log_vfs() { static_cast<void>(sqlite3_vfs_unregister(&own_.vfs)); }

    [[nodiscard]] std::string const& name() const { return name_; }

    /// To be called when a transaction was rolled back.
    void drop_log()
    {
        if (own_.log != nullptr) own_.log->drop();
    }

private:
    struct registered {
        sqlite3_vfs vfs{};
        sqlite3_vfs* below = nullptr;
        bool powersafe_overwrite = false; ///< what the database's file says
        gathered_log* log = nullptr;      ///< while it is open
    };
    static registered& of(sqlite3_vfs* own) { return *reinterpret_cast<registered*>(own); }
    static sqlite3_vfs* below(sqlite3_vfs* own) { return of(own).below; }

    static int open(sqlite3_vfs* own, char const* name, sqlite3_file* file, int flags, int* granted)
    {
        if ((flags & SQLITE_OPEN_WAL) != 0)
            return gathered_log::open(
                below(own), name, file, flags, granted, of(own).powersafe_overwrite, of(own).log);
        auto const code = below(own)->xOpen(below(own), name, file, flags, granted);
        if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0)
            of(own).powersafe_overwrite = overwrites_safely(file);
        return code;
    }

    template <auto Method>
    struct passed;
    template <
        class Result, class... Arguments,
        Result (*sqlite3_vfs::*Method)(sqlite3_vfs*, Arguments...)>
    struct passed<Method> {
        static Result call(sqlite3_vfs* own, Arguments... arguments)
        {
            return (below(own)->*Method)(below(own), arguments...);
        }
    };

    template <auto... Methods>
    void pass_on_present()
    {
        ((own_.vfs.*Methods = below_->*Methods == nullptr ? nullptr : &passed<Methods>::call), ...);
    }
    void pass_on()
    {
        using vfs = sqlite3_vfs;
        pass_on_present<
            &vfs::xDelete, &vfs::xAccess, &vfs::xFullPathname, &vfs::xDlOpen, &vfs::xDlError,
            &vfs::xDlSym, &vfs::xDlClose, &vfs::xRandomness, &vfs::xSleep, &vfs::xCurrentTime,
            &vfs::xGetLastError>();
        if (own_.vfs.iVersion >= 2) pass_on_present<&vfs::xCurrentTimeInt64>();
        own_.vfs.xOpen = &open;
    }

    sqlite3_vfs* below_;
    registered own_{};
    std::string name_ = "cairn-log-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
};

} // namespace cairn::inline v0::detail::sql
