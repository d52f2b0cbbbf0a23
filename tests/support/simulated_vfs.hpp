// SPDX-License-Identifier: BSL-1.0
// SQLite's view of a simulated disk: a VFS named "simulated".
#pragma once

#include "simulated_disk.hpp"

#include <new>

namespace test::vfs {

struct handle {
    sqlite3_file base{};
    std::shared_ptr<simulated_disk::file> file{};
    std::string name{};
    bool syncs_folder = false;
    bool temporary = false;
    int level = SQLITE_LOCK_NONE;
    int keep_log = 0;
    bool maps = false;
    int shared_slots = 0;
    int exclusive_slots = 0;
};

inline handle& of(sqlite3_file* f)
{
    return *reinterpret_cast<handle*>(f);
}
inline simulated_disk& disk()
{
    return *current_disk();
}

inline int unmap(sqlite3_file* f, int)
{
    auto& h = of(f);
    if (!h.maps) return SQLITE_OK;
    for (int i = 0; i < SQLITE_SHM_NLOCK; ++i) {
        if ((h.shared_slots >> i & 1) != 0) --h.file->slots_shared[i];
        if (h.file->slots_exclusive[i] == f) h.file->slots_exclusive[i] = nullptr;
    }
    h.shared_slots = 0;
    h.maps = false;
    if (--h.file->users == 0) h.file->regions.clear();
    return SQLITE_OK;
}

inline int unlock(sqlite3_file* f, int level)
{
    auto& h = of(f);
    auto& file = *h.file;
    if (h.level <= level) return SQLITE_OK;
    if (file.reserved == f) file.reserved = nullptr;
    if (file.pending_lock == f) file.pending_lock = nullptr;
    if (file.exclusive == f) file.exclusive = nullptr;
    if (level == SQLITE_LOCK_NONE) --file.shared;
    h.level = level;
    return SQLITE_OK;
}

inline int close(sqlite3_file* f)
{
    unmap(f, 0);
    unlock(f, SQLITE_LOCK_NONE);
    of(f).~handle();
    return SQLITE_OK;
}

inline int read(sqlite3_file* f, void* to, int size, sqlite3_int64 offset)
{
    auto& h = of(f);
    if (!h.temporary && disk().fails(operation::read)) return SQLITE_IOERR_READ;
    auto const& live = h.file->live;
    auto const begin = std::min(static_cast<std::size_t>(offset), live.size());
    auto const count = std::min(static_cast<std::size_t>(size), live.size() - begin);
    std::memcpy(to, live.data() + begin, count);
    std::memset(static_cast<char*>(to) + count, 0, static_cast<std::size_t>(size) - count);
    return count == static_cast<std::size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

inline int write(sqlite3_file* f, void const* from, int size, sqlite3_int64 offset)
{
    auto& h = of(f);
    auto data = std::string(static_cast<char const*>(from), static_cast<std::size_t>(size));
    if (h.temporary) {
        disk().write(*h.file, static_cast<std::size_t>(offset), std::move(data));
        h.file->pending.clear();
        return SQLITE_OK;
    }
    if (disk().fails(operation::write)) return SQLITE_IOERR_WRITE;
    if (!disk().may_change()) {
        h.file->pending.push_back({static_cast<std::size_t>(offset), std::move(data), false});
        return SQLITE_IOERR_WRITE;
    }
    disk().write(*h.file, static_cast<std::size_t>(offset), std::move(data));
    return SQLITE_OK;
}

inline int truncate(sqlite3_file* f, sqlite3_int64 size)
{
    auto& h = of(f);
    if (disk().fails(operation::truncate)) return SQLITE_IOERR_TRUNCATE;
    if (!disk().may_change()) {
        h.file->pending.push_back({static_cast<std::size_t>(size), {}, true});
        return SQLITE_IOERR_TRUNCATE;
    }
    disk().truncate(*h.file, static_cast<std::size_t>(size));
    return SQLITE_OK;
}

/// A failed sync of ext4: part of the data may have reached the medium, none of it is tried again.
inline int sync(sqlite3_file* f, int)
{
    auto& h = of(f);
    if (h.temporary) return SQLITE_OK;
    if (disk().fails(operation::sync) || !disk().may_change()) return SQLITE_IOERR_FSYNC;
    disk().sync(*h.file, std::exchange(h.syncs_folder, false));
    return SQLITE_OK;
}

inline int file_size(sqlite3_file* f, sqlite3_int64* size)
{
    if (disk().fails(operation::size)) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(of(f).file->live.size());
    return SQLITE_OK;
}

inline int lock(sqlite3_file* f, int level)
{
    auto& h = of(f);
    auto& file = *h.file;
    if (h.level >= level) return SQLITE_OK;
    if (disk().fails(operation::lock)) return SQLITE_IOERR_LOCK;
    if (level == SQLITE_LOCK_SHARED) {
        if (file.pending_lock != nullptr || file.exclusive != nullptr) return SQLITE_BUSY;
        ++file.shared;
    } else if (level == SQLITE_LOCK_RESERVED) {
        if (file.reserved != nullptr) return SQLITE_BUSY;
        file.reserved = f;
    } else {
        if (file.reserved != nullptr && file.reserved != f) return SQLITE_BUSY;
        if (file.pending_lock != nullptr && file.pending_lock != f) return SQLITE_BUSY;
        file.pending_lock = f;
        if (file.shared > 1) return SQLITE_BUSY;
        file.exclusive = f;
    }
    h.level = level;
    return SQLITE_OK;
}

inline int check_reserved(sqlite3_file* f, int* held)
{
    *held = of(f).file->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
}

inline int control(sqlite3_file* f, int what, void* value)
{
    if (what != SQLITE_FCNTL_PERSIST_WAL) return SQLITE_NOTFOUND;
    auto& asked = *static_cast<int*>(value);
    if (asked < 0)
        asked = of(f).keep_log;
    else
        of(f).keep_log = asked;
    return SQLITE_OK;
}

inline int sector_size(sqlite3_file*)
{
    return static_cast<int>(disk().sector);
}
inline int characteristics(sqlite3_file*)
{
    return disk().overwrite_is_safe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

inline int map(sqlite3_file* f, int region, int size, int extend, void volatile** at)
{
    auto& h = of(f);
    *at = nullptr;
    if (disk().fails(operation::shared_memory)) return SQLITE_IOERR_SHMMAP;
    if (!std::exchange(h.maps, true)) ++h.file->users;
    auto& regions = h.file->regions;
    if (static_cast<std::size_t>(region) >= regions.size()) {
        if (extend == 0) return SQLITE_OK;
        while (regions.size() <= static_cast<std::size_t>(region))
            regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    *at = regions[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
}

inline int lock_slots(sqlite3_file* f, int first, int count, int flags)
{
    auto& h = of(f);
    auto& file = *h.file;
    auto const frees = (flags & SQLITE_SHM_UNLOCK) != 0;
    auto const shares = (flags & SQLITE_SHM_SHARED) != 0;
    if (!frees && disk().fails(operation::lock)) return SQLITE_IOERR_SHMLOCK;
    for (int i = first; !frees && i < first + count; ++i) {
        if (file.slots_exclusive[i] != nullptr && file.slots_exclusive[i] != f) return SQLITE_BUSY;
        auto const own = h.shared_slots >> i & 1;
        if (!shares && file.slots_shared[i] > own) return SQLITE_BUSY;
    }
    for (int i = first; i < first + count; ++i) {
        if (!shares)
            file.slots_exclusive[i] = frees ? nullptr : f;
        else if (((h.shared_slots >> i & 1) != 0) == frees) {
            file.slots_shared[i] += frees ? -1 : 1;
            h.shared_slots ^= 1 << i;
        }
    }
    return SQLITE_OK;
}

inline void barrier(sqlite3_file*) {}

inline sqlite3_io_methods const* methods()
{
    static sqlite3_io_methods const all = [] {
        auto made = sqlite3_io_methods{};
        made.iVersion = 2;
        made.xClose = close;
        made.xRead = read;
        made.xWrite = write;
        made.xTruncate = truncate;
        made.xSync = sync;
        made.xFileSize = file_size;
        made.xLock = lock;
        made.xUnlock = unlock;
        made.xCheckReservedLock = check_reserved;
        made.xFileControl = control;
        made.xSectorSize = sector_size;
        made.xDeviceCharacteristics = characteristics;
        made.xShmMap = map;
        made.xShmLock = lock_slots;
        made.xShmBarrier = barrier;
        made.xShmUnmap = unmap;
        return made;
    }();
    return &all;
}

inline int open(sqlite3_vfs*, char const* name, sqlite3_file* f, int flags, int* granted)
{
    f->pMethods = nullptr;
    auto made = handle{};
    made.temporary = name == nullptr;
    made.name = name == nullptr ? "" : name;
    if (made.temporary)
        made.file = std::make_shared<simulated_disk::file>();
    else {
        if (disk().fails(operation::open)) return SQLITE_CANTOPEN;
        made.file = disk().find(made.name);
        if (!made.file) {
            if ((flags & SQLITE_OPEN_CREATE) == 0 || !disk().may_change()) return SQLITE_CANTOPEN;
            made.file = disk().create(made.name);
        }
        made.syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0
            && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    }
    made.base.pMethods = methods();
    new (f) handle{std::move(made)};
    if (granted != nullptr) *granted = flags;
    return SQLITE_OK;
}

inline int remove(sqlite3_vfs*, char const* name, int sync_folder)
{
    if (disk().fails(operation::remove)) return SQLITE_IOERR_DELETE;
    if (!disk().find(name)) return SQLITE_IOERR_DELETE_NOENT;
    if (!disk().may_change()) return SQLITE_IOERR_DELETE;
    disk().names.erase(name);
    if (sync_folder != 0 && !disk().lies) disk().durable_names = disk().names;
    return SQLITE_OK;
}

inline int access(sqlite3_vfs*, char const* name, int, int* result)
{
    auto const found = disk().find(name);
    *result = found ? 1 : 0;
    return SQLITE_OK;
}

inline int full_path(sqlite3_vfs*, char const* name, int size, char* out)
{
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

inline int randomness(sqlite3_vfs*, int size, char* out)
{
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(disk().dice());
    return size;
}

inline int sleep(sqlite3_vfs*, int microseconds)
{
    return microseconds;
}
inline int current_time(sqlite3_vfs*, sqlite3_int64* now)
{
    *now = 212'000'000'000'000;
    return SQLITE_OK;
}
inline int last_error(sqlite3_vfs*, int, char*)
{
    return 0;
}

/// Makes the VFS known; harmless if it is.
inline void install()
{
    static sqlite3_vfs one = [] {
        auto made = sqlite3_vfs{};
        made.iVersion = 2;
        made.szOsFile = sizeof(handle);
        made.mxPathname = 512;
        made.zName = "simulated";
        made.xOpen = open;
        made.xDelete = remove;
        made.xAccess = access;
        made.xFullPathname = full_path;
        made.xRandomness = randomness;
        made.xSleep = sleep;
        made.xCurrentTimeInt64 = current_time;
        made.xGetLastError = last_error;
        return made;
    }();
    sqlite3_vfs_register(&one, 0);
}

} // namespace test::vfs
