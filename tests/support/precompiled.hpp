// SPDX-License-Identifier: BSL-1.0
// What most tests include, read once for all of them by clang. No test relies on it: g++ compiles
// each without.

#include "store.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <thread>
