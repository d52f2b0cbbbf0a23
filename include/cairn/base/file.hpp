// SPDX-License-Identifier: BSL-1.0
// The few file operations that Cairn does itself, behind an interface that a test can replace.
#pragma once

#include <cairn/base/lock_file.hpp>

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <dirent.h>
#include <string>
#include <string_view>
#include <sys/vfs.h>

namespace cairn::inline v0 {

/// What names a file for as long as it exists, whatever its path.
struct file_id {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    bool operator==(file_id const&) const = default;
};

enum class file_kind : std::uint8_t { missing, regular, folder, other };

struct file_status {
    file_kind kind = file_kind::missing;
    file_id id{};
    std::uint64_t size = 0;
    std::uint64_t links = 0;
};

/// Operations on files other than the database's own reads and writes, which go through the VFS.
class file_operations {
public:
    file_operations() = default;
    file_operations(file_operations const&) = delete;
    file_operations& operator=(file_operations const&) = delete;
    virtual ~file_operations() = default;

    /// The absolute path without symbolic links; the last part need not exist.
    [[nodiscard]] virtual std::string real_path(std::string const& path) = 0;
    [[nodiscard]] virtual file_status status(std::string const& path) = 0;
    /// Creates an empty file that nobody but owner and group can read; it must not exist.
    virtual void create_file(std::string const& path) = 0;
    /// Creates a folder and those above it, where missing.
    virtual void create_folders(std::string const& path) = 0;
    /// Whether the folder lies on a file system without dependable locks and shared memory.
    [[nodiscard]] virtual bool on_network(std::string const& folder) = 0;
    [[nodiscard]] virtual lock_attempt lock(std::string const& path, std::string_view content) = 0;
    /// How many descriptors of this process lead to the file, whoever opened them. Nothing is
    /// opened for it: closing any of a file's descriptors drops the process's locks on it.
    [[nodiscard]] virtual int descriptors_of(file_id id) = 0;
};

namespace detail {

[[nodiscard]] inline std::string folder_of(std::string const& path)
{
    auto const slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// File systems whose locks or memory maps cannot be trusted between machines.
[[nodiscard]] inline bool is_network_type(std::uint64_t magic)
{
    constexpr std::uint64_t types[] = {
        0x6969,     // nfs
        0x517B,     // smb
        0xFF534D42, // cifs
        0xFE534D42, // smb2
        0x01021997, // 9p
        0x65735546, // fuse
        0x564C,     // ncp
        0x5346414F, // afs
        0x00C36400, // ceph
        0x73757245, // coda
        0x47504653, // gpfs
        0x0BD00BD0, // lustre
    };
    for (auto const type : types)
        if (type == magic) return true;
    return false;
}

class posix_files final : public file_operations {
public:
    [[nodiscard]] std::string real_path(std::string const& path) override
    {
        char resolved[PATH_MAX];
        if (::realpath(path.c_str(), resolved) != nullptr) return resolved;
        if (errno != ENOENT) raise_system(errno, "the path cannot be resolved", path);
        struct stat link {};
        if (::lstat(path.c_str(), &link) == 0)
            raise_system(ENOENT, "the symbolic link leads nowhere", path);
        if (::realpath(folder_of(path).c_str(), resolved) == nullptr)
            raise_system(errno, "the folder of the file cannot be resolved", path);
        auto whole = std::string{resolved};
        if (whole.back() != '/') whole.push_back('/');
        return whole.append(path.substr(path.rfind('/') + 1));
    }

    [[nodiscard]] file_status status(std::string const& path) override
    {
        struct stat found {};
        if (::stat(path.c_str(), &found) != 0) {
            if (errno == ENOENT || errno == ENOTDIR) return {};
            raise_system(errno, "the file cannot be examined", path);
        }
        auto const kind = S_ISREG(found.st_mode) ? file_kind::regular
            : S_ISDIR(found.st_mode)             ? file_kind::folder
                                                 : file_kind::other;
        return {
            kind,
            {static_cast<std::uint64_t>(found.st_dev), static_cast<std::uint64_t>(found.st_ino)},
            static_cast<std::uint64_t>(found.st_size),
            static_cast<std::uint64_t>(found.st_nlink)};
    }

    void create_file(std::string const& path) override
    {
        constexpr auto how = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        auto const file = open_descriptor{::open(path.c_str(), how, 0640)};
        if (file.get() < 0) raise_system(errno, "the file cannot be created", path);
    }

    void create_folders(std::string const& path) override
    {
        if (create_folder(path)) return;
        auto const above = folder_of(path);
        if (above == path) raise_system(ENOENT, "the folder cannot be created", path);
        create_folders(above);
        if (!create_folder(path)) raise_system(ENOENT, "the folder cannot be created", path);
    }

    [[nodiscard]] bool on_network(std::string const& folder) override
    {
        struct statfs found {};
        if (::statfs(folder.c_str(), &found) != 0)
            raise_system(errno, "the file system cannot be examined", folder);
        return is_network_type(static_cast<std::uint32_t>(found.f_type));
    }

    [[nodiscard]] lock_attempt lock(std::string const& path, std::string_view content) override
    {
        return take_posix_lock(path, content);
    }

    [[nodiscard]] int descriptors_of(file_id id) override
    {
        auto const all = std::unique_ptr<DIR, int (*)(DIR*)>{
            ::opendir("/proc/self/fd"), &::closedir};
        auto found = 0;
        while (auto const* one = all ? ::readdir(all.get()) : nullptr)
            if (one->d_name[0] != '.' && leads_to(std::atoi(one->d_name), id)) ++found;
        return found;
    }

private:
    [[nodiscard]] static bool leads_to(int descriptor, file_id id)
    {
        struct stat found {};
        return ::fstat(descriptor, &found) == 0 && found.st_dev == id.device
            && found.st_ino == id.inode;
    }

    /// False if the folder above is missing. What was created outlives a power cut, where the
    /// folder above can be opened and synced.
    static bool create_folder(std::string const& path)
    {
        if (::mkdir(path.c_str(), 0750) != 0) {
            if (errno == EEXIST) return true;
            if (errno == ENOENT) return false;
            raise_system(errno, "the folder cannot be created", path);
        }
        auto const above = folder_of(path);
        auto const folder = open_descriptor{
            ::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        auto const synced = folder.get() >= 0 && ::fsync(folder.get()) == 0;
        if (!synced && errno != EACCES && errno != EINVAL && errno != EROFS)
            raise_system(errno, "the folder cannot be made durable", above);
        return true;
    }
};

} // namespace detail
} // namespace cairn::inline v0
