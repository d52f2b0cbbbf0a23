// SPDX-License-Identifier: BSL-1.0
// The first bytes of a file, read without SQLite: whether it may be opened at all.
#pragma once

#include <cairn/backend/sqlite/settings.hpp>
#include <cairn/base/version.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

namespace cairn::inline v0::detail::sql {

[[noreturn]] inline void refuse_file(errc code, std::string const& path, std::string message)
{
    auto details = error_details{};
    details.message = std::move(message);
    details.index = path;
    raise(code, std::move(details));
}

/// A file read through the VFS. Opening and closing it by hand would release the locks that SQLite
/// may hold on it in this process.
class raw_file {
public:
    raw_file(std::string const& path, std::string const& vfs)
        : vfs_{sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str())}
    {
        if (vfs_ == nullptr) refuse_file(errc::invalid_argument, path, "there is no such VFS");
        name_ = sqlite3_create_filename(path.c_str(), "", "", 0, nullptr);
        if (name_ == nullptr) raise(errc::out_of_memory, {.message = "SQLite has no memory"});
        auto const words = static_cast<std::size_t>(vfs_->szOsFile) / sizeof(std::max_align_t) + 1;
        storage_ = std::make_unique<std::max_align_t[]>(words);
        auto code = open();
        auto size = sqlite3_int64{};
        if (code == SQLITE_OK) code = handle()->pMethods->xFileSize(handle(), &size);
        size_ = static_cast<std::uint64_t>(size);
        if (code == SQLITE_OK) return;
        close();
        fail(nullptr, code, "the file cannot be read");
    }
    raw_file(raw_file const&) = delete;
    raw_file& operator=(raw_file const&) = delete;
    ~raw_file() { close(); }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// What lies at `offset`; zeros behind the end.
    template <std::size_t N>
    [[nodiscard]] std::array<unsigned char, N> read(std::uint64_t offset) const
    {
        auto bytes = std::array<unsigned char, N>{};
        auto const at = static_cast<sqlite3_int64>(offset);
        auto const code = handle()->pMethods->xRead(handle(), bytes.data(), N, at);
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
            fail(nullptr, code, "the file cannot be read");
        return bytes;
    }

private:
    [[nodiscard]] sqlite3_file* handle() const
    {
        return reinterpret_cast<sqlite3_file*>(storage_.get());
    }
    int open()
    {
        auto granted = 0;
        constexpr auto flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
        return vfs_->xOpen(vfs_, name_, handle(), flags, &granted);
    }
    void close()
    {
        if (handle()->pMethods != nullptr) static_cast<void>(handle()->pMethods->xClose(handle()));
        sqlite3_free_filename(name_);
    }

    sqlite3_vfs* vfs_;
    char const* name_ = nullptr;
    std::unique_ptr<std::max_align_t[]> storage_{};
    std::uint64_t size_ = 0;
};

/// The first bytes of a database.
using raw_header = std::array<unsigned char, 100>;

template <std::size_t N>
[[nodiscard]] std::uint32_t number_at(std::array<unsigned char, N> const& bytes, std::size_t at)
{
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16
        | std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

[[nodiscard]] inline bool is_sqlite(raw_header const& header)
{
    return std::memcmp(header.data(), "SQLite format 3", 16) == 0;
}

/// What a rollback journal begins with: 8 bytes that mark it, then numbers, among them at 16 how
/// many pages the database had, at 20 the size of a sector, at 24 that of a page.
using journal_start = std::array<unsigned char, 28>;

[[nodiscard]] inline bool is_journal(journal_start const& start)
{
    constexpr unsigned char magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    return std::memcmp(start.data(), magic, sizeof magic) == 0;
}

/// Whether a journal is for a database that had no pages: SQLite will take its creation back.
[[nodiscard]] inline bool undoes_creation(raw_file const& journal)
{
    auto const start = journal.read<28>(0);
    return is_journal(start) && number_at(start, 16) == 0;
}

/// The first page that a journal will put back: what counts, if the power went while that page was
/// being changed. All zeros if there is none.
[[nodiscard]] inline raw_header header_in_journal(raw_file const& journal)
{
    auto const start = journal.read<28>(0);
    auto const page = std::uint64_t{number_at(start, 24)};
    if (!is_journal(start) || page < 512 || page > 65536) return {};
    for (auto at = std::uint64_t{number_at(start, 20)}; at + 8 + page <= journal.size();
         at += 8 + page)
        if (number_at(journal.read<4>(at), 0) == 1) return journal.read<100>(at + 4);
    return {};
}

/// The checksum that runs through a log, of 32-bit words in the order of bytes that the log's first
/// word tells (https://sqlite.org/fileformat2.html#walformat).
class log_checksum {
public:
    explicit log_checksum(bool big_endian) : big_endian_{big_endian} {}

    /// Takes in the first `size` bytes, a multiple of 8.
    template <std::size_t N>
    void add(std::array<unsigned char, N> const& bytes, std::size_t size = N)
    {
        for (std::size_t at = 0; at + 8 <= size; at += 8) {
            first_ += word(bytes, at) + second_;
            second_ += word(bytes, at + 4) + first_;
        }
    }

    /// Whether it is the one that is stored there.
    template <std::size_t N>
    [[nodiscard]] bool is_at(std::array<unsigned char, N> const& bytes, std::size_t at) const
    {
        return number_at(bytes, at) == first_ && number_at(bytes, at + 4) == second_;
    }

private:
    template <std::size_t N>
    [[nodiscard]] std::uint32_t word(
        std::array<unsigned char, N> const& bytes, std::size_t at) const
    {
        auto const read = number_at(bytes, at);
        return big_endian_ ? read : __builtin_bswap32(read);
    }

    bool big_endian_;
    std::uint32_t first_ = 0;
    std::uint32_t second_ = 0;
};

/// The first page of the last commit in a log that changed it: what counts, if the power went while
/// a checkpoint was writing that page into the database. All zeros if there is none. What has no
/// valid checksum was never committed, and SQLite reads no further either.
[[nodiscard]] inline raw_header header_in_log(raw_file const& log)
{
    auto const start = log.read<32>(0);
    auto const magic = number_at(start, 0);
    auto const page = std::uint64_t{number_at(start, 8)};
    auto found = raw_header{};
    if ((magic & ~1U) != 0x377f0682 || page < 512 || page > 65536) return found;
    auto sum = log_checksum{(magic & 1U) != 0};
    sum.add(start, 24);
    if (!sum.is_at(start, 24)) return found;
    auto newest = raw_header{};
    for (auto at = std::uint64_t{32}; at + 24 + page <= log.size(); at += 24 + page) {
        auto const frame = log.read<24>(at);
        if (std::memcmp(&frame[8], &start[16], 8) != 0) break; // of an earlier use of the log
        sum.add(frame, 8);
        for (auto part = std::uint64_t{0}; part < page; part += 512)
            sum.add(log.read<512>(at + 24 + part));
        if (!sum.is_at(frame, 16)) break;
        if (number_at(frame, 0) == 1) newest = log.read<100>(at + 24);
        if (number_at(frame, 4) != 0) found = newest; // a commit ends here
    }
    return found;
}

inline void refuse_newer(std::uint32_t format, std::string const& path)
{
    if (format <= format_version) return;
    refuse_file(
        errc::newer_version, path,
        "the file has format " + std::to_string(format) + ", this library knows "
            + std::to_string(format_version));
}

/// Throws unless the header is that of a file of this library. Offsets are those of SQLite's file
/// format: 56 text encoding, 60 user version, 68 application id.
inline void examine(raw_header const& header, std::string const& path)
{
    if (!is_sqlite(header))
        refuse_file(errc::corrupt_store, path, "the file is not an SQLite database");
    if (number_at(header, 68) != static_cast<std::uint32_t>(application_id))
        refuse_file(errc::schema_mismatch, path, "the database belongs to another application");
    auto const format = number_at(header, 60);
    refuse_newer(format, path);
    if (format == 0 || number_at(header, 56) != 1)
        refuse_file(errc::schema_mismatch, path, "the file has no valid format number or encoding");
}

/// What `examine` reads is the file without its log; there a newer program may have left the format
/// that counts.
inline void require_format(connection& on, std::string const& path)
{
    auto const prepared = on.prepare("PRAGMA user_version");
    auto run = execution{on, prepared.get()};
    if (run.row()) refuse_newer(static_cast<std::uint32_t>(run.integer(0)), path);
}

} // namespace cairn::inline v0::detail::sql
