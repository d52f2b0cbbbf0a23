// SPDX-License-Identifier: BSL-1.0
// Tasks as a chain produces them: random ids, times that follow the blocks, payloads around 900 B.
#pragma once

#include "task.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace bench {

/// A small generator with the same sequence on every platform (splitmix64).
class dice {
public:
    explicit dice(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next()
    {
        std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15U;
        z = (z ^ (z >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebU;
        return z ^ (z >> 31U);
    }

    std::uint64_t below(std::uint64_t limit) { return next() % limit; }

private:
    std::uint64_t state_;
};

inline std::string random_hex(dice& source, std::size_t digits)
{
    constexpr char alphabet[] = "0123456789abcdef";
    auto text = std::string{"0x"};
    text.reserve(digits + 2);
    for (auto bits = std::uint64_t{}; text.size() < digits + 2; bits >>= 4U) {
        if ((text.size() - 2) % 16 == 0) bits = source.next();
        text.push_back(alphabet[bits & 15U]);
    }
    return text;
}

inline std::vector<std::byte> random_bytes(dice& source, std::size_t size)
{
    auto bytes = std::vector<std::byte>(size);
    for (auto at = std::size_t{}; at < size; at += 8) {
        auto const word = source.next();
        std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, size - at));
    }
    return bytes;
}

/// The task with this number: the same for the same number in every run.
inline task task_number(std::uint64_t number, task_status status)
{
    using namespace std::chrono;
    constexpr auto chains = std::array<std::uint64_t, 3>{1, 8453, 17'000};
    constexpr auto genesis = timestamp{seconds{1'760'000'000}};
    auto source = dice{number * 0x1000'0001U + 7};
    auto const block = number / 5;
    auto avs = dice{block % 5};
    auto t = task{
        .id = random_hex(source, 64),
        .avs_address = random_hex(avs, 40),
        .operator_set_id = static_cast<std::uint32_t>(block % 4),
        .callback_addr = random_hex(source, 40),
        .block_hash = random_hex(source, 64)};
    t.threshold_bips = static_cast<std::uint16_t>(source.below(10'001));
    t.payload = random_bytes(source, 768 + source.below(257));
    t.chain_id = chains[block % chains.size()];
    t.block_number = 19'000'000 + block;
    t.status = status;
    t.created_at = genesis + seconds{block * 2} + nanoseconds{source.below(1'000'000)};
    t.updated_at = t.created_at;
    if (source.below(4) != 0) t.deadline = t.created_at + hours{1};
    if (status == task_status::failed) t.error = "performer returned status 500 after 3 attempts";
    return t;
}

/// `count` tasks from number `first`; `pending` of them, evenly spread, are pending.
inline std::vector<task> make_tasks(std::size_t first, std::size_t count, std::size_t pending)
{
    auto made = std::vector<task>{};
    made.reserve(count);
    for (auto i = std::size_t{}; i < count; ++i) {
        bool const waits = (i + 1) * pending / count != i * pending / count;
        auto const done = i % 5 == 0 ? task_status::failed : task_status::completed;
        made.push_back(task_number(first + i, waits ? task_status::pending : done));
    }
    return made;
}

} // namespace bench
