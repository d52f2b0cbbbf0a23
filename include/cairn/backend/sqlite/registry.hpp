// SPDX-License-Identifier: BSL-1.0
// The files that this process has open for writing: POSIX locks do not keep a process from itself.
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

    enum class owner : std::uint8_t { none, this_process, parent };

    /// Who has the file open. What the parent had open when it forked stays so in the child, even
    /// if the parent has closed it: SQLite's tables of locks came along with the memory, the locks
    /// did not, and SQLite would take no lock that its tables say it has.
    [[nodiscard]] owner owner_of(file_id id, std::string const& path) const
    {
        auto const is_it = [&](entry const& one) {
            return one.path == path || (id != file_id{} && one.id == id);
        };
        auto found = owner::none;
        for (auto const& one : entries_)
            if (is_it(one))
                found = one.born == process_generation() ? owner::this_process : owner::parent;
        return found;
    }
    void add(file_id id, std::string const& path)
    {
        entries_.push_back({id, path, process_generation()});
    }
    void remove(file_id id)
    {
        auto const held = std::lock_guard{gate};
        std::erase_if(entries_, [&](entry const& one) { return one.id == id; });
    }

private:
    struct entry {
        file_id id;
        std::string path;
        std::uint64_t born; ///< of which process
    };
    std::vector<entry> entries_{};
};

[[nodiscard]] inline open_files& files_open_for_writing()
{
    static open_files instance;
    return instance;
}

/// An entry that is removed with the object, except in a forked child.
class registration {
public:
    registration() = default;
    registration(file_id id, std::string const& path) : id_{id}, present_{true}
    {
        files_open_for_writing().add(id, path);
    }
    registration(registration&& other) noexcept
        : id_{other.id_}, born_{other.born_}, present_{std::exchange(other.present_, false)}
    {
    }
    registration& operator=(registration&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(born_, other.born_);
        std::swap(present_, other.present_);
        return *this;
    }
    ~registration()
    {
        if (present_ && born_ == process_generation()) files_open_for_writing().remove(id_);
    }

private:
    file_id id_{};
    std::uint64_t born_ = process_generation();
    bool present_ = false;
};

} // namespace cairn::inline v0::detail::sql
