// SPDX-License-Identifier: BSL-1.0
// When a batch ends although writers wait: by the number of its members, and by its age.
#include "crowd.hpp"

#include <atomic>
#include <thread>

using namespace test;
using namespace std::chrono_literals;

namespace {

/// How many writes of `writers` threads each commit holds. They come to wait while a first thread
/// writes for 50 ms, whose own write begins the first batch and is not counted.
std::vector<int> batches(cairn::commit_options how, int writers)
{
    auto options = hooked_options{};
    options.commit = how;
    auto const hooks = options.hooks;
    auto db = database{options};
    auto run = 0;
    auto sizes = std::vector<int>{};
    hooks->before_commit = [&] { sizes.push_back(std::exchange(run, 0)); };
    auto threads = crowd{};
    auto rest = std::vector<std::function<void()>>{};
    for (int i = 0; i != writers; ++i)
        rest.emplace_back([&, i] {
            db.write([&, i](auto& tx) {
                ++run; // one closure runs at a time
                tx[entries].insert(number(i));
            });
        });
    run_together(db, threads, rest);
    for (auto const& e : threads.join()) CHECK_FALSE(e);
    CHECK(db[entries].count() == static_cast<std::uint64_t>(writers));
    return sizes;
}

int total(std::vector<int> const& sizes)
{
    auto sum = 0;
    for (auto const size : sizes) sum += size;
    return sum;
}

} // namespace

TEST_CASE("a batch ends when it has its members, however many wait")
{
    auto const sizes = batches({.members = 2, .time = 10s}, 9);
    CHECK(total(sizes) == 9);
    CHECK(sizes.front() <= 1); // beside the first thread's own
    for (auto const size : sizes) CHECK(size <= 2);
}

TEST_CASE("a batch of one member at most is a commit for each write")
{
    CHECK(batches({.members = 1, .time = 10s}, 6) == std::vector{0, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("a batch that is as old as it may be ends, however many wait")
{
    // The first thread's write takes longer than any batch may; no time at all is over at once.
    CHECK(batches({.members = 64, .time = 0us}, 6) == std::vector{0, 1, 1, 1, 1, 1, 1});
    auto const sizes = batches({.members = 64, .time = 10ms}, 6);
    CHECK(total(sizes) == 6);
    CHECK(sizes.front() == 0);
}

TEST_CASE("a batch that is neither full nor old takes in whoever waits")
{
    auto const sizes = batches({.members = 64, .time = 10s}, 6);
    CHECK(total(sizes) == 6);
    CHECK(sizes.front() >= 2);
}
