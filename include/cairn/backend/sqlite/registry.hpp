// SPDX-License-Identifier: BSL-1.0
// The stores that this process has open: POSIX locks do not keep a process from itself.
#pragma once

#include <cairn/base/file.hpp>
#include <cairn/base/process.hpp>
#include <cairn/base/sync.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cairn::inline v0::detail::sql {

/// Known by device and inode, so that another path to the same file does not help; and by path,
/// since the lock file beside it goes by that.
class open_files {
public:
    /// Serializes openings in this process; an entry is added while it is held.
    mutex gate{};

    enum class use : std::uint8_t { reading, writing };
    enum class owner : std::uint8_t { none, this_process, parent };

    /// Who has the file open for writing; or the parent, for whatever. What the parent had open
    /// when it forked stays so in the child, even if the parent has closed it: SQLite's tables of
    /// locks came along with the memory, the locks did not, and SQLite would take no lock that its
    /// tables say it has.
    [[nodiscard]] owner owner_of(file_id id, std::string const& path) const
    {
        auto found = owner::none;
        for (auto const& one : entries_) {
            if (one.path != path && (id == file_id{} || one.id != id)) continue;
            if (one.born != process_generation())
                found = owner::parent;
            else if (one.how == use::writing)
                found = owner::this_process;
        }
        return found;
    }

    /// Calls `fn(path)` for what this process has open.
    template <class Function>
    void each(Function const& fn) const
    {
        for (auto const& one : entries_)
            if (one.born == process_generation()) fn(one.path);
    }

    void add(file_id id, std::string const& path, use how)
    {
        entries_.push_back({id, path, process_generation(), how});
    }
    void remove(file_id id, use how)
    {
        auto const held = std::lock_guard{gate};
        auto const is_it = [&](entry const& one) {
            return one.id == id && one.how == how && one.born == process_generation();
        };
        auto const found = std::find_if(entries_.begin(), entries_.end(), is_it);
        if (found != entries_.end()) entries_.erase(found);
    }

private:
    struct entry {
        file_id id;
        std::string path;
        std::uint64_t born; ///< of which process
        use how;
    };
    std::vector<entry> entries_{};
};

[[nodiscard]] inline open_files& files_open_here()
{
    static auto& instance = *new open_files{}; // never destroyed: a store may outlive `main`
    return instance;
}

/// An entry that is removed with the object, except in a forked child.
class registration {
public:
    registration() = default;
    registration(file_id id, std::string const& path, open_files::use how)
        : id_{id}, how_{how}, present_{true}
    {
        files_open_here().add(id, path, how);
    }
    registration(registration&& other) noexcept
        : id_{other.id_}, how_{other.how_}, born_{other.born_}, present_{std::exchange(
                                                                    other.present_, false)}
    {
    }
    registration& operator=(registration&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(how_, other.how_);
        std::swap(born_, other.born_);
        std::swap(present_, other.present_);
        return *this;
    }
    ~registration()
    {
        if (present_ && born_ == process_generation()) files_open_here().remove(id_, how_);
    }

private:
    file_id id_{};
    open_files::use how_ = open_files::use::reading;
    std::uint64_t born_ = process_generation();
    bool present_ = false;
};

} // namespace cairn::inline v0::detail::sql
