// SPDX-License-Identifier: BSL-1.0
// Trying a write again while the store is busy or the disk is full.
#pragma once

#include "backoff.hpp"
#include "log.hpp"

#include <cairn/cairn.hpp>

namespace common {

[[nodiscard]] inline bool may_pass(cairn::error const& fault)
{
    return fault.code() == cairn::errc::busy || fault.code() == cairn::errc::disk_full;
}

/// What `write()` returns, tried again after a pause as long as the reason may pass by itself.
/// @errors the last error, when stopping; every other error at once.
template <class Write>
auto with_patience(std::stop_token const& stop, Write const& write)
{
    auto pauses = backoff{std::chrono::milliseconds{50}, std::chrono::seconds{5}};
    for (;;) {
        try {
            return write();
        } catch (cairn::error const& fault) {
            if (!may_pass(fault)) throw;
            log_event{severity::warning, "waiting"}.with("reason", fault.what());
            if (!pauses.wait(stop)) throw;
        }
    }
}

} // namespace common
