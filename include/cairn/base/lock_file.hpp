// SPDX-License-Identifier: BSL-1.0
// A lock between processes: held on a file of its own, gone when its holder dies.
#pragma once

#include <cairn/base/error.hpp>
#include <cairn/base/process.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cairn::inline v0 {

/// A lock that this process holds until the object dies.
class file_lock {
public:
    file_lock() = default;
    file_lock(file_lock const&) = delete;
    file_lock& operator=(file_lock const&) = delete;
    virtual ~file_lock() = default;

    /// Whether the file that carries the lock still has its name.
    [[nodiscard]] virtual bool intact() const = 0;
};

/// What came of an attempt to lock.
struct lock_attempt {
    std::unique_ptr<file_lock> lock{}; ///< null: another process holds it, or has moved its file
    std::string holder{};              ///< what is known of that process
};

namespace detail {

/// Throws the error that `errno` value `number` stands for.
[[noreturn]] inline void raise_system(int number, std::string message, std::string file)
{
    auto const full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    auto const code = full ? errc::disk_full : number == EROFS ? errc::read_only : errc::io_failure;
    auto details = error_details{};
    details.message = std::move(message);
    details.index = std::move(file);
    details.native_code = number;
    details.native_text = std::strerror(number);
    raise(code, std::move(details));
}

/// A file descriptor that is closed on every way out.
class open_descriptor {
public:
    explicit open_descriptor(int number) : number_{number} {}
    open_descriptor(open_descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    open_descriptor& operator=(open_descriptor&&) = delete;
    ~open_descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

/// A POSIX record lock. Unlike flock it is not inherited by forked children, so that a child
/// cannot outlive a killed holder with the lock in its hands; the file is never unlinked, since
/// whoever waits on an unlinked file holds nothing.
class posix_lock final : public file_lock {
public:
    posix_lock(open_descriptor file, std::string path)
        : file_{std::move(file)}, path_{std::move(path)}, owner_{process_generation()}
    {
    }

    ~posix_lock() override
    {
        if (process_generation() != owner_) file_.release(); // a forked child touches nothing
    }

    [[nodiscard]] bool intact() const override
    {
        struct stat held {};
        struct stat named {};
        return ::fstat(file_.get(), &held) == 0 && ::stat(path_.c_str(), &named) == 0
            && held.st_dev == named.st_dev && held.st_ino == named.st_ino;
    }

private:
    open_descriptor file_;
    std::string path_;
    std::uint64_t owner_;
};

[[nodiscard]] inline struct flock whole_file_lock()
{
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return whole;
}

/// Describes who holds the lock: what the holder wrote, and what the kernel says.
[[nodiscard]] inline std::string describe_holder(int file)
{
    char text[128] = {};
    auto const size = ::pread(file, text, sizeof text - 1, 0);
    auto holder = std::string{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    while (!holder.empty() && holder.back() == '\n') holder.pop_back();
    auto asked = whole_file_lock();
    auto const known = ::fcntl(file, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
    if (known && holder.find("pid " + std::to_string(asked.l_pid)) == std::string::npos)
        holder.append(holder.empty() ? "" : ", ")
            .append("pid ")
            .append(std::to_string(asked.l_pid));
    return holder;
}

/// Whether the file is what this library writes, or was about to write when the power went, and not
/// somebody's data under that name.
[[nodiscard]] inline bool is_lock_file(int file)
{
    char start[4] = {};
    auto const size = ::pread(file, start, sizeof start, 0);
    auto const read = std::string_view{start, sizeof start};
    return size == 0 || read == "pid " || read == std::string_view{"\0\0\0\0", 4};
}

/// Takes the lock on `path`, creating the file, and writes `content` into it.
[[nodiscard]] inline lock_attempt take_posix_lock(std::string const& path, std::string_view content)
{
    auto file = open_descriptor{
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)};
    if (file.get() < 0) raise_system(errno, "the lock file cannot be opened", path);
    auto wanted = whole_file_lock();
    if (::fcntl(file.get(), F_SETLK, &wanted) != 0) {
        auto const number = errno;
        if (number == EACCES || number == EAGAIN) return {nullptr, describe_holder(file.get())};
        raise_system(number, "the lock file cannot be locked", path);
    }
    if (!is_lock_file(file.get())) {
        auto details = error_details{};
        details.message = "this file has the name of the store's lock, but is not one";
        details.index = path;
        raise(errc::invalid_argument, std::move(details));
    }
    auto const size = static_cast<ssize_t>(content.size());
    if (::ftruncate(file.get(), 0) != 0
        || ::pwrite(file.get(), content.data(), content.size(), 0) != size)
        raise_system(errno, "the lock file cannot be written", path);
    auto lock = std::make_unique<posix_lock>(std::move(file), path);
    if (!lock->intact()) return {nullptr, "a process that was here and has moved the lock file"};
    return {std::move(lock), {}};
}

} // namespace detail
} // namespace cairn::inline v0
