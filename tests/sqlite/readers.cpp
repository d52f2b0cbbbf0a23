// SPDX-License-Identifier: BSL-1.0
// The pool of readers when all are in use: how long somebody waits, and for what.
#include "store_file.hpp"

#include <cairn/base/machine.hpp>

#include <atomic>
#include <chrono>
#include <thread>

using namespace test;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

/// The real files, but a question for the status of one may be held and then refused.
class held_files final : public cairn::file_operations {
public:
    std::atomic<bool> hold{false};
    std::atomic<bool> held{false};

    std::string real_path(std::string const& path) override { return real().real_path(path); }
    cairn::file_status status(std::string const& path) override
    {
        if (!hold.load()) return real().status(path);
        held = true;
        while (hold) std::this_thread::sleep_for(1ms);
        cairn::raise(cairn::errc::io_failure, {.message = "the file cannot be examined"});
    }
    void create_file(std::string const& path) override { real().create_file(path); }
    void create_folders(std::string const& path) override { real().create_folders(path); }
    bool on_network(std::string const& folder) override { return real().on_network(folder); }
    cairn::lock_attempt lock(std::string const& path, std::string_view content) override
    {
        return real().lock(path, content);
    }
    int descriptors_of(cairn::file_id id) override { return real().descriptors_of(id); }

private:
    static cairn::file_operations& real() { return cairn::real_machine().files(); }
};

class held_machine final : public cairn::machine {
public:
    held_files own{};

    steady::time_point now() const override { return cairn::real_machine().now(); }
    cairn::timestamp wall_time() const override { return cairn::real_machine().wall_time(); }
    std::int64_t process_id() const override { return cairn::real_machine().process_id(); }
    cairn::file_operations& files() override { return own; }
};

cairn::sqlite_options one_reader(temporary_folder const& folder)
{
    auto options = cairn::sqlite_options{};
    options.path = (folder.path() / "notes.db").string();
    options.max_readers = 1;
    options.busy_timeout = 100ms;
    return options;
}

} // namespace

TEST_CASE("whoever is woken too late for a reader does not begin to wait anew")
{
    auto const folder = temporary_folder{};
    auto db = open_notes{one_reader(folder)};
    auto over = std::atomic<bool>{false};
    auto taken = std::atomic<bool>{false};
    auto greedy = std::thread{[&] { // gives the reader back, and takes it before another can
        while (!over) {
            auto lease = db.database.read();
            taken = true;
            std::this_thread::sleep_for(5ms);
        }
    }};
    while (!taken) std::this_thread::sleep_for(1ms);
    auto longest = steady::duration{};
    for (int i = 0; i != 5; ++i) {
        auto const begun = steady::now();
        try {
            static_cast<void>(db.count());
        } catch (cairn::busy const&) {
        }
        longest = std::max(longest, steady::now() - begun);
    }
    over = true;
    greedy.join();
    CHECK(longest < 2s); // not for as long as the greedy one goes on
}

TEST_CASE("a reader that could not be opened leaves its place to one who waits")
{
    auto const folder = temporary_folder{};
    auto on = held_machine{};
    auto options = one_reader(folder);
    options.machine = &on;
    options.busy_timeout = 20s;
    auto db = open_notes{options};
    on.own.hold = true;
    auto first = std::thread{[&] { CHECK_THROWS_AS(db.count(), cairn::io_failure); }};
    while (!on.own.held) std::this_thread::sleep_for(1ms);
    auto const begun = steady::now();
    auto second = std::thread{[&] { CHECK(db.count() == 0); }};
    std::this_thread::sleep_for(50ms); // until it waits
    on.own.hold = false;
    first.join();
    second.join();
    CHECK(steady::now() - begun < 15s);
}
