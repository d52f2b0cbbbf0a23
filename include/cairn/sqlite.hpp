// SPDX-License-Identifier: BSL-1.0
// Stores in SQLite files: `cairn::store<app, cairn::sqlite>{"state.db"}`.
#pragma once

#include <cairn/backend/sqlite/backend.hpp>
