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

/// SQLite's log file, and the end of it that was written but not yet sent on.
///
/// SQLite writes a log front to back, two calls for each page, and syncs it before it tells anyone
/// that the pages are there; until then only this connection reads them. So they may wait here for
/// that sync, and cost one call.
///
/// If sending fails, SQLite is told as by any write. In a sync it takes back the whole transaction:
/// what was held is dropped, since it has the commit in it, which must not come to light later. In
/// a write it may go on with what it wrote before, so that is kept; a commit is never in it, since
/// the last page of one is written last. (Where a page is written once more behind it to fill up a
/// sector, that is not so, and nothing is held.)
class gathered_log {
public:
    /// What is sent at once: the pages of a batch of a few records, which still fit in a cache.
    static constexpr std::size_t capacity = std::size_t{128} << 10;

    /// Opens the log through `vfs`; the file below lies behind this object.
    static int open(sqlite3_vfs* vfs, char const* name, sqlite3_file* at, int flags, int* granted)
    {
        auto* const log = new (at) gathered_log{};
        auto* const file = log->below();
        file->pMethods = nullptr;
        auto const code = vfs->xOpen(vfs, name, file, flags, granted);
        if (code == SQLITE_OK && log->may_hold()) {
            log->held_ = static_cast<std::byte*>(sqlite3_malloc64(capacity));
            if (log->held_ == nullptr) {
                static_cast<void>(file->pMethods->xClose(file));
                return SQLITE_NOMEM;
            }
        }
        if (file->pMethods != nullptr) log->base_.pMethods = &methods; // then it will be closed
        return code;
    }

    /// What `sqlite3_vfs::szOsFile` must be more than that of the file below.
    [[nodiscard]] static constexpr std::size_t size() { return sizeof(gathered_log); }

private:
    static gathered_log& of(sqlite3_file* file) { return *reinterpret_cast<gathered_log*>(file); }
    [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    [[nodiscard]] sqlite3_int64 end() const { return start_ + static_cast<sqlite3_int64>(size_); }

    [[nodiscard]] bool may_hold()
    {
        auto const kind = below()->pMethods->xDeviceCharacteristics(below());
        return (kind & SQLITE_IOCAP_POWERSAFE_OVERWRITE) != 0;
    }

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
        std::memcpy(log.held_ + place, from, static_cast<std::size_t>(size));
        log.size_ = std::max(log.size_, place + static_cast<std::size_t>(size));
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
            log.size_ = 0;
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

private:
    struct registered {
        sqlite3_vfs vfs{};
        sqlite3_vfs* below = nullptr;
    };
    static sqlite3_vfs* below(sqlite3_vfs* own)
    {
        return reinterpret_cast<registered*>(own)->below;
    }

    static int open(sqlite3_vfs* own, char const* name, sqlite3_file* file, int flags, int* granted)
    {
        if ((flags & SQLITE_OPEN_WAL) != 0)
            return gathered_log::open(below(own), name, file, flags, granted);
        return below(own)->xOpen(below(own), name, file, flags, granted);
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
