// SPDX-License-Identifier: BSL-1.0
// Recovering a state from its records and from checkpoints of it. Needs zstd.
#pragma once

#include <cairn/recovery/kept.hpp>
