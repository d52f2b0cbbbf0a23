// SPDX-License-Identifier: BSL-1.0
// The same work on several threads, timed from one common start to the end of the slowest.
#pragma once

#include "measure.hpp"

#include <exception>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace bench {

/// Calls `work(thread)` on each thread; the time is over `operations` of all threads together.
/// One thread is the caller's own: what a single-threaded program pays.
template <class Work>
spent time_on_threads(unsigned threads, std::size_t operations, Work&& work)
{
    if (threads == 1) return time_per_operation(operations, [&] { work(0U); });
    auto ready = std::latch{threads};
    auto start = std::latch{1};
    auto failure = std::exception_ptr{};
    auto failing = std::mutex{};
    auto const run = [&](unsigned thread) {
        ready.count_down();
        start.wait();
        try {
            work(thread);
        } catch (...) {
            auto const lock = std::scoped_lock{failing};
            failure = std::current_exception();
        }
    };
    auto pool = std::vector<std::thread>{};
    for (auto i = 0U; i < threads; ++i) pool.emplace_back(run, i);
    ready.wait();
    auto const result = time_per_operation(operations, [&] {
        start.count_down();
        for (auto& thread : pool) thread.join();
    });
    if (failure) std::rethrow_exception(failure);
    return result;
}

} // namespace bench
