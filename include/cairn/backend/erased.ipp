// SPDX-License-Identifier: BSL-1.0
// An opened backend: how it is handed on, and its end.
#pragma once

#include <cairn/backend/erased.hpp>

#include <utility>

namespace cairn::inline v0::detail {

CAIRN_INLINE opened_backend::opened_backend() = default;
CAIRN_INLINE opened_backend::opened_backend(opened_backend&& other) noexcept = default;
CAIRN_INLINE opened_backend& opened_backend::operator=(opened_backend&& other) noexcept
{
    tables = std::move(other.tables);
    database = std::move(other.database);
    return *this;
}
CAIRN_INLINE opened_backend::~opened_backend() = default;

} // namespace cairn::inline v0::detail
