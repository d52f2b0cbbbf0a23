// SPDX-License-Identifier: BSL-1.0
// What the queue of writes is given.
#pragma once

#include <cairn/store/table_handle.hpp>

#include <exception>

namespace cairn::inline v0::detail {

using write_function = function_ref<void(any_session&)>;

/// A write that nobody waits for; it owns what it runs and tells its ticket the outcome.
class async_write {
public:
    async_write() = default;
    async_write(async_write const&) = delete;
    async_write& operator=(async_write const&) = delete;
    virtual ~async_write() = default;

    virtual void run(scope_id inside) = 0;
    virtual void finish(std::exception_ptr failure) noexcept = 0;
};

} // namespace cairn::inline v0::detail
