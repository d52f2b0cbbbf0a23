// SPDX-License-Identifier: BSL-1.0
// What a program includes to store types that bring cereal functions of their own.
#pragma once

#include <cairn/encode/archive.hpp>
