// SPDX-License-Identifier: BSL-1.0
// A machine whose clocks a test sets by hand.
#pragma once

#include <cairn/base/machine.hpp>

#include <chrono>

namespace test {

class hand_clock final : public cairn::machine {
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return now_; }
    [[nodiscard]] cairn::timestamp wall_time() const override { return wall_; }
    [[nodiscard]] std::int64_t process_id() const override { return 1; }
    [[nodiscard]] cairn::file_operations& files() override { return cairn::real_machine().files(); }

    void advance(std::chrono::nanoseconds by)
    {
        now_ += by;
        wall_ += by;
    }
    void set_wall(cairn::timestamp to) { wall_ = to; }

private:
    std::chrono::steady_clock::time_point now_{std::chrono::hours{1}};
    cairn::timestamp wall_{std::chrono::hours{500'000}};
};

} // namespace test
