// SPDX-License-Identifier: BSL-1.0
// Opens the executor's store; the one place where its schema is opened.
#include "database.hpp"

namespace executor {

std::unique_ptr<database> open_database(storage_config const& where)
{
    return open_store<schema>(where);
}

} // namespace executor
