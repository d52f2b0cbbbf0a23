// SPDX-License-Identifier: BSL-1.0
// Opening the store that the command line names.
#pragma once

#include "commands.hpp"
#include "dag_store.hpp"

#include <memory>

namespace sequencer {

/// Nothing the program was asked for can be done with this file.
class unusable_store : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// To write; made if it is not there. Without a file: in memory.
std::unique_ptr<database> open_store(command_options const& options);

/// To look at; beside a node that writes to it, if there is one.
/// @errors `unusable_store` if there is no file, no node was ever started on it, or its metadata
///         are damaged.
std::unique_ptr<database> open_to_read(command_options const& options);

} // namespace sequencer
