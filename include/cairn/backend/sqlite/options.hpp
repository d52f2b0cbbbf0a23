// SPDX-License-Identifier: BSL-1.0
// What a user may choose when opening a store in an SQLite file.
#pragma once

#include <cairn/backend/seam.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace cairn::inline v0 {

class machine; // base/machine.hpp

/// Options of the SQLite backend. `sqlite_options{"state.db"}` is what most programs need. The
/// largest value of a time or a size means no limit.
struct sqlite_options {
    /// The database file. Beside it lie `<path>-wal`, `<path>-shm` and `<path>.lock`.
    std::string path{};

    /// What a write outlives once it has returned.
    cairn::survives survives = cairn::survives::power_loss;

    /// How writes of several threads share a commit.
    commit_options commit{};

    /// Opens for reading only: takes no lock and changes no file, though SQLite makes an empty log
    /// and its index where they are missing and the folder lets it; works beside a writing process
    /// with nothing but permission to read the three files.
    bool read_only = false;

    /// Whether missing folders above the file are created.
    bool create_folders = true;

    /// Opens on a file system whose locks are not dependable. Then one machine at a time must
    /// use the store, and it is the caller who sees to that.
    bool allow_network_fs = false;

    /// How long an operation waits for a file lock or a free reader before it throws `busy`;
    /// 20 days at most.
    std::chrono::milliseconds busy_timeout = std::chrono::seconds{5};

    /// Most connections that read at the same time; each costs three file descriptors.
    /// Not 0.
    std::uint32_t max_readers = 64;

    /// Whether an idle reading connection keeps its snapshot while nothing was committed. It
    /// halves the price of a get.
    bool keep_snapshots = true;

    /// A snapshot in use that is older may be ended when it is in the way of a checkpoint; its
    /// next operation then throws `snapshot_expired`.
    std::chrono::milliseconds snapshot_age_limit = std::chrono::seconds{60};

    /// Most page cache of the writing connection and of each reading one, in bytes. The pages that
    /// an open transaction has changed stay in memory, also above it. A reader fills its own only
    /// with pages of the log and of what is not mapped.
    std::uint64_t cache_size = std::uint64_t{64} << 20;
    std::uint64_t reader_cache_size = std::uint64_t{64} << 20;

    /// How much of the file reading connections map into memory; 0 for media that may fail, since
    /// an error of the medium under a mapping is a SIGBUS.
    std::uint64_t mmap_size = std::uint64_t{1} << 30;

    /// The log is copied into the database after about this many pages; before, if `wal_limit` is
    /// reached before.
    std::uint32_t checkpoint_pages = 10'000;

    /// Above this size, or 256 KiB if that is more, the log file is cut back as soon as no snapshot
    /// needs it.
    std::uint64_t wal_limit = std::uint64_t{64} << 20;

    /// After a crash, databases up to this size are checked when they are opened.
    std::uint64_t check_limit = std::uint64_t{1} << 30;

    /// Keeps SQLite's counters of memory, which cost several reading threads about a sixth of
    /// their speed. Only looked at by the first store of a process.
    bool memory_statistics = false;

    /// The VFS to use by name; empty for SQLite's default.
    std::string vfs{};

    /// Clock and file operations; null for those of the real machine.
    cairn::machine* machine = nullptr;
};

} // namespace cairn::inline v0
