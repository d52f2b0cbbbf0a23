// SPDX-License-Identifier: BSL-1.0
// A disk in memory under SQLite that can lose power between any two operations, and fail at any.
#pragma once

#include <cairn/base/machine.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace test {

/// What can be made to fail.
enum class operation : std::uint8_t {
    read,
    write,
    sync,
    truncate,
    open,
    remove,
    size,
    lock,
    shared_memory
};

/// Files, their names, and of both what has reached the medium.
///
/// A write changes what programs see at once and what the medium holds at the next sync of the
/// file; names reach the medium with a sync of the folder. A power cut keeps of everything since
/// then an arbitrary part, torn at sectors.
class simulated_disk {
public:
    struct pending_write {
        std::size_t offset = 0;
        std::string data{};
        bool truncates = false; ///< to `offset`
    };
    struct file {
        std::uint64_t number = 0;
        std::string durable{};
        std::string live{};
        std::vector<pending_write> pending{};
        int shared = 0; ///< holders of the database lock
        void* reserved = nullptr;
        void* pending_lock = nullptr;
        void* exclusive = nullptr;
        std::vector<std::unique_ptr<char[]>> regions{};
        int users = 0; ///< of the shared memory
        int slots_shared[SQLITE_SHM_NLOCK] = {};
        void* slots_exclusive[SQLITE_SHM_NLOCK] = {};
    };
    using directory = std::map<std::string, std::shared_ptr<file>>;

    explicit simulated_disk(std::uint64_t seed) : dice{seed}
    {
        sector = dice() % 2 != 0 ? 4096 : 512;
        overwrite_is_safe = dice() % 2 != 0;
    }

    directory names{};
    directory durable_names{};
    std::mt19937_64 dice;
    std::size_t sector = 512;
    bool overwrite_is_safe = true; ///< a torn write leaves the rest of its sector alone
    bool lies = false;             ///< claims to sync and does not: what no software survives
    std::uint64_t syncs = 0;
    std::uint64_t mutations = 0;
    std::uint64_t cut_at = ~std::uint64_t{0}; ///< the mutation at which the power goes
    bool dead = false;

    std::uint64_t calls = 0;                   ///< that may fail
    std::uint64_t fail_at = ~std::uint64_t{0}; ///< the first that does
    bool keeps_failing = false;
    bool failed = false;
    operation failed_at = operation::read;

    std::shared_ptr<file> find(std::string const& name) const
    {
        auto const found = names.find(name);
        return found == names.end() ? nullptr : found->second;
    }

    std::shared_ptr<file> create(std::string const& name)
    {
        auto made = std::make_shared<file>();
        made->number = ++last_number_;
        names[name] = made;
        return made;
    }

    /// Counts a change; false if the power has gone, with this one or before.
    bool may_change()
    {
        if (!dead && mutations++ == cut_at) dead = true;
        return !dead;
    }

    /// Counts a call; whether it is one that fails.
    bool fails(operation kind)
    {
        if (dead) return true;
        auto const now = calls++;
        if (now != fail_at && !(keeps_failing && failed)) return false;
        if (!failed) failed_at = kind;
        failed = true;
        return true;
    }

    void write(file& to, std::size_t offset, std::string data)
    {
        if (to.live.size() < offset + data.size()) to.live.resize(offset + data.size());
        std::memcpy(to.live.data() + offset, data.data(), data.size());
        to.pending.push_back({offset, std::move(data), false});
    }

    void truncate(file& to, std::size_t size)
    {
        to.live.resize(size);
        to.pending.push_back({size, {}, true});
    }

    void sync(file& of, bool folder_too)
    {
        ++syncs;
        if (lies) return;
        of.durable = of.live;
        of.pending.clear();
        if (folder_too) durable_names = names;
    }

    /// The machine after the power came back.
    void restore_power()
    {
        auto images = directory{};
        auto all = names;
        all.insert(durable_names.begin(), durable_names.end());
        for (auto const& [name, any] : all) {
            auto const now = find(name);
            auto const before = durable_names.count(name) != 0 ? durable_names[name] : nullptr;
            auto const kept = now == before || dice() % 2 != 0 ? now : before;
            if (!kept) continue;
            auto made = std::make_shared<file>();
            made->number = ++last_number_;
            made->live = made->durable = image_of(*kept);
            images[name] = made;
        }
        names = durable_names = images;
        dead = failed = keeps_failing = false;
        cut_at = fail_at = ~std::uint64_t{0};
        mutations = calls = 0;
    }

private:
    std::string image_of(file const& of)
    {
        auto image = of.durable;
        auto const mode = dice() % 8;
        auto const count = of.pending.size();
        auto const prefix = count == 0 ? 0 : dice() % (count + 1);
        for (std::size_t i = 0; i < count; ++i) {
            if (mode == 7) break; // nothing
            if (mode == 6)
                apply(image, of.pending[i], false); // everything
            else if (mode >= 4) {
                if (i < prefix) apply(image, of.pending[i], i + 1 == prefix);
            } else if (auto const fate = dice() % 4; fate != 0) {
                apply(image, of.pending[i], fate == 1);
            }
        }
        return image;
    }

    void apply(std::string& image, pending_write const& change, bool torn)
    {
        if (change.truncates) return image.resize(change.offset);
        auto at = change.offset;
        auto const end = change.offset + change.data.size();
        while (at < end) {
            auto const next = std::min(end, (at / sector + 1) * sector);
            auto const fate = torn ? dice() % 3 : 0;
            if (image.size() < next && fate != 1) image.resize(next);
            if (fate == 0)
                image.replace(at, next - at, change.data, at - change.offset, next - at);
            else if (fate == 2 && !overwrite_is_safe)
                spoil(image, at / sector * sector, next);
            at = next;
        }
    }

    void spoil(std::string& image, std::size_t from, std::size_t to)
    {
        for (; from < std::min(to, image.size()); ++from) image[from] = static_cast<char>(dice());
    }

    std::uint64_t last_number_ = 0;
};

/// Which disk the VFS named "simulated" works on.
inline simulated_disk*& current_disk()
{
    static simulated_disk* disk = nullptr;
    return disk;
}

/// The machine around that disk.
class simulated_machine final : public cairn::machine {
    class lock_on_disk final : public cairn::file_lock {
    public:
        bool intact() const override { return true; }
    };

    class files_on_disk final : public cairn::file_operations {
    public:
        std::string real_path(std::string const& path) override { return path; }
        cairn::file_status status(std::string const& path) override
        {
            auto const found = current_disk()->find(path);
            if (!found) return {};
            return {cairn::file_kind::regular, {1, found->number}, found->live.size(), 1};
        }
        void create_file(std::string const& path) override
        {
            if (!current_disk()->may_change())
                cairn::raise(cairn::errc::io_failure, {.message = "the power is gone"});
            current_disk()->create(path);
        }
        void create_folders(std::string const&) override {}
        bool on_network(std::string const&) override { return false; }
        cairn::lock_attempt lock(std::string const&, std::string_view) override
        {
            return {std::make_unique<lock_on_disk>(), {}};
        }
        int descriptors_of(cairn::file_id) override { return 0; }
    };

public:
    std::chrono::steady_clock::time_point now() const override { return {}; }
    cairn::timestamp wall_time() const override { return {}; }
    std::int64_t process_id() const override { return 1; }
    cairn::file_operations& files() override { return files_; }

private:
    files_on_disk files_{};
};

} // namespace test
