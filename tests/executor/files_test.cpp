// SPDX-License-Identifier: BSL-1.0
// The files that performers leave behind.
#include "executor/world.hpp"

#include "performer_files.hpp"

using namespace test;

namespace {

constexpr auto gone = "0123abcd-0000-4000-8000-0123456789ab";

void write(std::string const& file, std::string const& text)
{
    std::ofstream{file, std::ios::binary | std::ios::app} << text;
}

void make_old(std::string const& file)
{
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - 100h);
}

} // namespace

TEST_CASE("files of performers that are gone are removed when they are old, and no others")
{
    auto w = store_world<in_sqlite>{};
    auto const uuid = executor::uuid_of(
        executor::place(w.db(), {.avs = address(0xa1)}, epoch).performer_id);
    auto const folder = w.folder.file("f");
    std::filesystem::create_directory(folder);
    auto const old = std::vector<std::string>{
        std::string{gone} + ".log", std::string{gone} + ".log.1", std::string{gone} + ".begun"};
    auto kept = std::vector<std::string>{
        uuid + ".log", uuid + ".begun", "notes.txt", std::string{gone},
        "a-longer-name-of-somebody-else-and-so-on.log"};
    for (auto const& names : {old, kept})
        for (auto const& name : names) {
            write(folder + '/' + name, "x");
            make_old(folder + '/' + name);
        }
    kept.push_back(std::string{gone} + ".7");
    write(folder + '/' + kept.back(), "recent");

    auto const ages = executor::retention_config{.deployments = 99h};
    CHECK(executor::tidy_files(w.db(), folder, ages, common::current_time()).removed == 3);
    for (auto const& name : old) CHECK_FALSE(std::filesystem::exists(folder + '/' + name));
    for (auto const& name : kept) CHECK(std::filesystem::exists(folder + '/' + name));
    CHECK(executor::tidy_files(w.db(), folder, ages, common::current_time()).removed == 0);
}

TEST_CASE("a log that is too long is cut: its newest half is kept, and its writer goes on")
{
    auto w = store_world<in_sqlite>{};
    auto const uuid = executor::uuid_of(
        executor::place(w.db(), {.avs = address(0xa1)}, epoch).performer_id);
    auto const folder = w.folder.file("f");
    std::filesystem::create_directory(folder);
    auto const log = folder + '/' + uuid + ".log";
    auto writer = std::ofstream{log, std::ios::app};
    auto const tidy = [&] {
        return executor::tidy_files(w.db(), folder, {}, common::current_time(), 20).cut;
    };
    writer << "0123456789abcdefghij" << std::flush;
    CHECK(tidy() == 0); // it is not too long
    CHECK(contents(log).size() == 20);
    writer << "k" << std::flush;
    CHECK(tidy() == 1);
    CHECK(contents(log + ".1") == "bcdefghijk");
    writer << "more" << std::flush;
    CHECK(contents(log) == "more");
    writer << std::string(30, '-') << "the end" << std::flush;
    CHECK(tidy() == 1);
    CHECK(contents(log + ".1") == "---the end"); // the cut before it is gone
    CHECK(contents(log).empty());
}

TEST_CASE("a running executor tidies the files of its performers")
{
    auto const folder = scratch_folder{};
    auto const settings = settings_in(folder);
    std::filesystem::create_directory(settings.folder);
    auto const file = settings.folder + '/' + gone + ".log";
    write(file, "x");
    std::filesystem::last_write_time(
        file, std::filesystem::file_time_type::clock::now() - settings.retention.deployments - 1h);
    auto service = running_service{settings};
    CHECK(wait_until([&] { return !std::filesystem::exists(file); }));
    CHECK(service.stop());
}
