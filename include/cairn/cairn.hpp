// SPDX-License-Identifier: BSL-1.0
// Cairn without a backend: describe models, open stores, read and write. Include one of
// cairn/memory.hpp, cairn/sqlite.hpp and cairn/any.hpp beside it.
#pragma once

#include <cairn/base/timestamp.hpp>
#include <cairn/base/version.hpp>
#include <cairn/describe/elements.hpp>
#include <cairn/describe/schema.hpp>
#include <cairn/store/store.hpp>
