// SPDX-License-Identifier: BSL-1.0
// What most parts include, read once for all of them by clang. No part relies on it: g++ compiles
// each without.

#include "../database.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>
