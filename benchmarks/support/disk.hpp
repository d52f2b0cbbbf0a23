// SPDX-License-Identifier: BSL-1.0
// What the disk itself asks for one durable write: the floor under every floor.
#pragma once

#include "measure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// Median microseconds of a 4 KiB overwrite inside a file, followed by fdatasync.
inline double fdatasync_us(std::string const& path)
{
    constexpr auto page = std::size_t{4096};
    constexpr auto pages = std::size_t{256};
    auto const file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error("cannot create " + path);
    auto block = std::vector<char>(page, 'x');
    auto const write = [&](std::size_t at) {
        if (::pwrite(file, block.data(), page, static_cast<off_t>(at % pages * page))
            != static_cast<ssize_t>(page))
            throw std::runtime_error("cannot write " + path);
    };
    for (auto i = std::size_t{}; i < pages; ++i) write(i);
    ::fsync(file);
    auto samples = std::vector<double>{};
    for (auto i = std::size_t{}; i < 300; ++i) {
        block[i % page] = static_cast<char>('a' + i % 26);
        samples.push_back(time_per_operation(1, [&] {
                              write(i);
                              ::fdatasync(file);
                          }).wall);
    }
    ::close(file);
    return median(samples);
}

} // namespace bench
