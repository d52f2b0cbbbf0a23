// SPDX-License-Identifier: BSL-1.0
// Where the functions that are no templates are compiled: with every user, or once.
#pragma once

#if __cplusplus < 202002L
#error "Cairn needs C++20: compile with -std=c++20"
#endif

// By default everything is inline and nothing needs to be built. A program of many files can
// define CAIRN_SEPARATE for all of them, and in one of them CAIRN_CARRIER too, before it includes
// the same headers: that one then carries the functions, and the others compile several times
// faster.
#if defined(CAIRN_SEPARATE)
#define CAIRN_INLINE
#else
#define CAIRN_INLINE inline
#endif

#if !defined(CAIRN_SEPARATE) || defined(CAIRN_CARRIER)
#define CAIRN_DEFINITIONS 1
#else
#define CAIRN_DEFINITIONS 0
#endif
