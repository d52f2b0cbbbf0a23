// SPDX-License-Identifier: BSL-1.0
// Processes told apart, gates, and what a performer begins.
#include "executor/world.hpp"

#include "performer/bench.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace test;
using executor::gated_process;
using executor::identify;
using executor::is_running;
using executor::launch;

namespace {

launch shell(scratch_folder const& folder, std::string const& script)
{
    return {
        .program = "/bin/sh",
        .arguments = {"-c", script},
        .environment = {"PATH=/usr/bin:/bin"},
        .log = folder.file("log")};
}

struct bench_world {
    scratch_folder folder{};
    performer::bench_options options{
        .journal = folder.file("journal"), .concurrency = 2, .min_time = 50ms, .max_time = 50ms};
    performer::bench work{options};
    executor::hash32 task = make_task(1).task_id;

    std::size_t begun()
    {
        auto const text = contents(options.journal);
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
};

} // namespace

TEST_CASE("a process that has the number of another is not taken for it, and not ended for it")
{
    auto const folder = scratch_folder{};
    auto child = gated_process{shell(folder, "exec sleep 60")};
    child.release();
    auto const real = child.identity();
    CHECK(is_running(real));
    auto const earlier = executor::process_identity{real.pid, real.start_time - 1, real.boot_id};
    auto const elsewhere = executor::process_identity{real.pid, real.start_time, "another run"};
    for (auto const& other : {earlier, elsewhere}) {
        CHECK_FALSE(is_running(other));
        executor::end_process(other, SIGKILL, 1s);
        CHECK(is_running(real));
    }
    executor::end_process(real, SIGTERM, 5s);
    CHECK_FALSE(is_running(real));
    CHECK_NOTHROW(executor::end_process(real, SIGTERM, 5s)); // gone already
}

TEST_CASE("this process is identified, and one that ended is not, even uncollected")
{
    auto const me = identify(::getpid());
    REQUIRE(me);
    CHECK(me->start_time > 0);
    CHECK(identify(::getpid()) == me);
    CHECK_FALSE(identify(0));

    auto const folder = scratch_folder{};
    auto child = gated_process{shell(folder, "exit 0")};
    child.release();
    CHECK(wait_until([&] { return !identify(child.identity().pid); })); // a zombie by now
    CHECK_FALSE(is_running(child.identity()));
}

TEST_CASE("a process that ignores a signal is killed")
{
    auto const folder = scratch_folder{};
    auto child = gated_process{
        shell(folder, "trap '' TERM; echo ready; while :; do sleep 0.05; done")};
    child.release();
    CHECK(wait_until([&] { return contents(folder.file("log")) == "ready\n"; }));
    executor::end_process(child.identity(), SIGTERM, 100ms);
    CHECK_FALSE(is_running(child.identity()));
}

TEST_CASE("a gated process runs its program when it is released, and never if it is not")
{
    auto const folder = scratch_folder{};
    {
        auto child = gated_process{shell(folder, "echo one")};
        CHECK(is_running(child.identity()));
        std::this_thread::sleep_for(50ms);
        CHECK(contents(folder.file("log")).empty());
        child.release();
        CHECK(wait_until([&] { return contents(folder.file("log")) == "one\n"; }));
    }
    auto who = executor::process_identity{};
    {
        auto const child = gated_process{shell(folder, "echo two")};
        who = child.identity();
        CHECK(is_running(who));
    }
    CHECK_FALSE(is_running(who));
    CHECK(contents(folder.file("log")) == "one\n");
}

TEST_CASE("a gated process ends without running when the one that made it is killed")
{
    auto const folder = scratch_folder{};
    auto told = std::array<int, 2>{};
    REQUIRE(::pipe(told.data()) == 0);
    auto const maker = ::fork();
    if (maker == 0) {
        auto const child = gated_process{shell(folder, "echo ran")};
        auto const pid = child.identity().pid;
        static_cast<void>(::write(told[1], &pid, sizeof pid));
        for (;;) ::pause();
    }
    auto pid = pid_t{};
    REQUIRE(::read(told[0], &pid, sizeof pid) == static_cast<ssize_t>(sizeof pid));
    CHECK(identify(pid));
    ::kill(maker, SIGKILL);
    ::waitpid(maker, nullptr, 0);
    CHECK(wait_until([&] { return !identify(pid); }));
    CHECK(contents(folder.file("log")).empty());
    ::close(told[0]);
    ::close(told[1]);
}

TEST_CASE("a program that cannot be executed says so in its log")
{
    auto const folder = scratch_folder{};
    auto what = shell(folder, "");
    what.program = folder.file("nothing");
    auto child = gated_process{what};
    child.release();
    CHECK(wait_until([&] { return !is_running(child.identity()); }));
    CHECK(contents(folder.file("log")).find("cannot be executed") != std::string::npos);
}

TEST_CASE("a performer begins a task once, however often it is asked")
{
    auto w = bench_world{};
    CHECK(w.work.begin(w.task, 1, {}).state == performer::task_state::running);
    CHECK(w.begun() == 1); // in its journal before it is acknowledged
    CHECK(w.work.begin(w.task, 2, {}).state == performer::task_state::running);
    CHECK(w.work.wait(w.task, 5s).state == performer::task_state::ended);
    CHECK(w.work.begin(w.task, 3, {}).state == performer::task_state::ended);
    CHECK(w.work.resolve(w.task, 3).state == performer::task_state::ended);
    CHECK(w.begun() == 1);
}

TEST_CASE("what a performer says it did not begin, it does not begin later, but for a new claim")
{
    auto w = bench_world{};
    CHECK(w.work.resolve(w.task, 2).state == performer::task_state::not_begun);
    CHECK(w.work.begin(w.task, 1, {}).state == performer::task_state::not_begun);
    CHECK(w.work.begin(w.task, 2, {}).state == performer::task_state::not_begun);
    CHECK(w.begun() == 0);
    CHECK(w.work.begin(w.task, 3, {}).state == performer::task_state::running);
    CHECK(w.begun() == 1);
}

TEST_CASE("a request that was given up stays refused after its task has ended and is forgotten")
{
    auto w = bench_world{};
    CHECK(w.work.resolve(w.task, 1).state == performer::task_state::not_begun);
    CHECK(w.work.begin(w.task, 2, {}).state == performer::task_state::running);
    CHECK(w.work.wait(w.task, 5s).state == performer::task_state::ended);
    w.work.forget(w.task);
    CHECK(w.work.begin(w.task, 1, {}).state == performer::task_state::not_begun); // it was stalled
    CHECK(w.begun() == 1);
}

TEST_CASE("a performer remembers the newest refusals, so many as it is told, and a task's last one")
{
    auto w = bench_world{};
    w.options.refusals = 2;
    auto work = performer::bench{w.options};
    auto const refused = [&](std::uint64_t number, std::uint64_t claim) {
        return work.begin(make_task(number).task_id, claim, {}).state
            == performer::task_state::not_begun;
    };
    for (auto const claim : {1U, 2U}) work.resolve(make_task(1).task_id, claim);
    work.resolve(make_task(2).task_id, 1);
    CHECK(refused(1, 2));
    CHECK(refused(2, 1));
    work.resolve(make_task(3).task_id, 1);
    CHECK(refused(2, 1));
    CHECK(refused(3, 1));
    CHECK(w.begun() == 0);
    CHECK_FALSE(refused(1, 1)); // the oldest is forgotten
}

TEST_CASE("a performer without room does not begin, and a running task is not forgotten")
{
    auto w = bench_world{};
    CHECK(w.work.begin(make_task(1).task_id, 1, {}).state == performer::task_state::running);
    CHECK(w.work.begin(make_task(2).task_id, 1, {}).state == performer::task_state::running);
    CHECK(w.work.begin(make_task(3).task_id, 1, {}).state == performer::task_state::not_begun);
    CHECK(w.begun() == 2);
    w.work.forget(w.task);
    CHECK(w.work.resolve(w.task, 9).state == performer::task_state::running);
    CHECK(w.work.wait(w.task, 5s).state == performer::task_state::ended);
    w.work.forget(w.task);
    CHECK(w.work.resolve(w.task, 9).state == performer::task_state::not_begun);
}

TEST_CASE("a journal that is long begins anew, and the one before it is kept")
{
    auto w = bench_world{};
    w.options.longest_journal = 100; // a line is shorter, two are longer
    auto const line_of = [](std::uint64_t number) {
        return common::to_hex(make_task(number).task_id) + ' ' + std::to_string(::getpid()) + '\n';
    };
    auto work = performer::bench{w.options};
    auto const run = [&](std::uint64_t number) {
        auto const id = make_task(number).task_id;
        work.begin(id, 1, {});
        CHECK(work.wait(id, 5s).state == performer::task_state::ended);
        work.forget(id);
    };
    for (std::uint64_t number = 1; number <= 2; ++number) run(number);
    CHECK(contents(w.options.journal) == line_of(1) + line_of(2));
    run(3);
    CHECK(contents(w.options.journal + ".1") == line_of(1) + line_of(2));
    CHECK(contents(w.options.journal) == line_of(3));
    run(4);
    run(5);
    CHECK(contents(w.options.journal + ".1") == line_of(3) + line_of(4)); // no third is kept
    CHECK(contents(w.options.journal) == line_of(5));
}

TEST_CASE("a task that has begun is known after its line has left the journal")
{
    auto w = bench_world{};
    w.options.longest_journal = 1;
    auto work = performer::bench{w.options};
    for (std::uint64_t number = 1; number <= 3; ++number) {
        work.begin(make_task(number).task_id, 1, {});
        CHECK(work.wait(make_task(number).task_id, 5s).state == performer::task_state::ended);
    }
    CHECK(work.begin(w.task, 2, {}).state == performer::task_state::ended);
    CHECK(contents(w.options.journal + ".1").find(common::to_hex(w.task)) == std::string::npos);
    CHECK(contents(w.options.journal).find(common::to_hex(w.task)) == std::string::npos);
}

TEST_CASE("a journal that cannot begin anew goes on")
{
    auto w = bench_world{};
    w.options.longest_journal = 1;
    auto work = performer::bench{w.options};
    std::filesystem::create_directory(w.options.journal + ".1");
    for (std::uint64_t number = 1; number <= 2; ++number)
        CHECK(work.begin(make_task(number).task_id, 1, {}).state == performer::task_state::running);
    CHECK(w.begun() == 2);
    std::filesystem::remove(w.options.journal + ".1");
    CHECK(work.wait(w.task, 5s).state == performer::task_state::ended);
    CHECK(work.begin(make_task(3).task_id, 1, {}).state == performer::task_state::running);
    CHECK(w.begun() == 1);
}
