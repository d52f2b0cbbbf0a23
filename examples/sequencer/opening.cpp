// SPDX-License-Identifier: BSL-1.0
// Opening stores.
#include "opening.hpp"

#include <filesystem>

namespace sequencer {

std::unique_ptr<database> open_store(command_options const& options)
{
    if (options.file.empty()) return std::make_unique<database>(cairn::memory_options{});
    auto how = cairn::sqlite_options{.path = options.file};
    if (!options.survives_power_loss) how.survives = cairn::survives::process_crash;
    return std::make_unique<database>(how);
}

std::unique_ptr<database> open_to_read(command_options const& options)
{
    if (!std::filesystem::exists(options.file))
        throw unusable_store{options.file + ": there is no such file"};
    auto how = cairn::sqlite_options{.path = options.file};
    how.read_only = true;
    auto db = std::make_unique<database>(how);
    auto const stored = look_up_only((*db)[metadata]);
    if (stored.is_damaged)
        throw unusable_store{
            options.file
            + ": the metadata are damaged: `run` with this committee's options makes them again"};
    if (!stored.whole) throw unusable_store{options.file + ": no node was ever started on it"};
    return db;
}

} // namespace sequencer
