// SPDX-License-Identifier: BSL-1.0
// Removing files, cutting logs.
#include "performer_files.hpp"

#include "common/damage.hpp"
#include "deployment_store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

namespace executor {

namespace {

using std::filesystem::path;

constexpr auto uuid_length = std::size_t{36};

/// The unique parts of the ids of all performers, be their records whole or not.
std::set<std::string> known_performers(database& db)
{
    auto result = std::set<std::string>{};
    auto const note = [&](cairn::corrupt_record const& fault) {
        report_damage(fault);
        result.insert(uuid_of(fault.key()));
    };
    for (auto const& who : db[performers].scan().tolerate(note))
        result.insert(uuid_of(who.performer_id));
    return result;
}

/// Whose file it is; empty if it is no performer's.
std::string owner_of(path const& file)
{
    auto const name = file.filename().string();
    auto const is_ours = name.size() > uuid_length && name[uuid_length] == '.'
        && name.find_first_not_of("0123456789abcdef-") == uuid_length;
    return is_ours ? name.substr(0, uuid_length) : "";
}

cairn::timestamp changed_at(path const& file)
{
    struct stat found = {};
    if (::lstat(file.c_str(), &found) != 0)
        throw std::system_error{errno, std::generic_category(), file};
    return cairn::timestamp{
        std::chrono::seconds{found.st_mtim.tv_sec}
        + std::chrono::nanoseconds{found.st_mtim.tv_nsec}};
}

void cut(path const& log, std::uint64_t kept)
{
    auto in = std::ifstream{log, std::ios::binary};
    in.seekg(-static_cast<std::streamoff>(kept), std::ios::end);
    auto out = std::ofstream{log.string() + ".1", std::ios::binary | std::ios::trunc};
    out << in.rdbuf();
    out.close();
    if (!in || !out || ::truncate(log.c_str(), 0) != 0)
        throw std::system_error{errno, std::generic_category(), log};
}

} // namespace

tidied_files tidy_files(
    database& db, std::string const& folder, retention_config const& ages, cairn::timestamp now,
    std::uint64_t longest)
{
    auto result = tidied_files{};
    auto const known = known_performers(db);
    for (auto const& each : std::filesystem::directory_iterator{folder}) {
        auto const owner = owner_of(each.path());
        if (owner.empty()) continue;
        if (!known.contains(owner)) {
            if (changed_at(each.path()) >= now - ages.deployments) continue;
            result.removed += std::filesystem::remove(each.path()) ? 1 : 0;
        } else if (each.path().extension() == ".log" && each.file_size() > longest) {
            cut(each.path(), longest / 2);
            ++result.cut;
        }
    }
    return result;
}

} // namespace executor
