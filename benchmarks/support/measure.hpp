// SPDX-License-Identifier: BSL-1.0
// Timing of two contestants in turn (ABBA) with the median of each and an interval of their ratio.
#pragma once

#include "task_data.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <vector>

namespace bench {

/// Wall time and processor time of one stretch of work, in microseconds.
struct spent {
    double wall = 0;
    double cpu = 0;
};

inline double process_cpu_us()
{
    auto now = timespec{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// What `work()` costs per operation when it does `operations` of them.
template <class Work>
spent time_per_operation(std::size_t operations, Work&& work)
{
    auto const cpu = process_cpu_us();
    auto const begin = std::chrono::steady_clock::now();
    work();
    auto const wall = std::chrono::steady_clock::now() - begin;
    auto const count = static_cast<double>(operations);
    return {
        std::chrono::duration<double, std::micro>(wall).count() / count,
        (process_cpu_us() - cpu) / count};
}

inline double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 != 0) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

struct interval {
    double low = 0;
    double high = 0;
};

/// Samples of two contestants; the samples at one position were taken one right after the other.
struct comparison {
    std::vector<double> ours{};
    std::vector<double> floor{};
    std::vector<double> ours_cpu{};
    std::vector<double> floor_cpu{};

    double ratio() const { return median(ours) / median(floor); }
    double cpu_ratio() const { return median(ours_cpu) / median(floor_cpu); }
};

/// 95 % bootstrap interval of the ratio of medians: whole pairs are drawn again, so that a noise
/// that hit both halves of a pair stays in both.
inline interval ratio_interval(comparison const& c)
{
    constexpr auto draws = std::size_t{2000};
    auto source = dice{42};
    auto ratios = std::vector<double>(draws);
    auto ours = std::vector<double>(c.ours.size());
    auto floor = ours;
    for (auto& ratio : ratios) {
        for (auto i = std::size_t{}; i < ours.size(); ++i) {
            auto const drawn = source.below(ours.size());
            ours[i] = c.ours[drawn];
            floor[i] = c.floor[drawn];
        }
        ratio = median(ours) / median(floor);
    }
    std::sort(ratios.begin(), ratios.end());
    return {ratios[draws / 40], ratios[draws - draws / 40 - 1]};
}

/// Runs `ours(i)` and `floor(i)` for every repetition i in the order ABBA ABBA ...; both return
/// what they spent. The first `warm_up` rounds are not kept.
template <class Ours, class Floor>
comparison compare(std::size_t warm_up, std::size_t repetitions, Ours&& ours, Floor&& floor)
{
    auto result = comparison{};
    for (auto i = std::size_t{}; i < warm_up + repetitions; ++i) {
        auto a = spent{};
        auto b = spent{};
        if (i % 2 == 0) a = ours(i);
        b = floor(i);
        if (i % 2 != 0) a = ours(i);
        if (i < warm_up) continue;
        result.ours.push_back(a.wall);
        result.floor.push_back(b.wall);
        result.ours_cpu.push_back(a.cpu);
        result.floor_cpu.push_back(b.cpu);
    }
    return result;
}

} // namespace bench
