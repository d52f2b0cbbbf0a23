// SPDX-License-Identifier: BSL-1.0
// The machine under the library: clocks, processes, files; a test may put another there.
#pragma once

#include <cairn/base/file.hpp>
#include <cairn/base/process.hpp>
#include <cairn/base/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <unistd.h>

namespace cairn::inline v0 {

class machine {
public:
    machine() = default;
    machine(machine const&) = delete;
    machine& operator=(machine const&) = delete;
    virtual ~machine() = default;

    /// A clock that never goes back, for ages and deadlines.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
    /// The time of day, for people; nothing is decided by it.
    [[nodiscard]] virtual timestamp wall_time() const = 0;
    [[nodiscard]] virtual std::int64_t process_id() const = 0;
    [[nodiscard]] virtual file_operations& files() = 0;
};

namespace detail {

class posix_machine final : public machine {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override
    {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] timestamp wall_time() const override
    {
        return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
    }
    [[nodiscard]] std::int64_t process_id() const override { return ::getpid(); }
    [[nodiscard]] file_operations& files() override { return files_; }

private:
    posix_files files_;
};

} // namespace detail

/// The machine that the program really runs on.
[[nodiscard]] inline machine& real_machine()
{
    static detail::posix_machine instance;
    return instance;
}

} // namespace cairn::inline v0
